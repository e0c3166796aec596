"""A local Customer.io without its network: answers each request, logs it, and updates the workspace."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.tools.sandbox.answering.answers import Answers, SandboxAnswer
from pytest_customerio.tools.sandbox.answering.dispatcher import Dispatcher
from pytest_customerio.tools.sandbox.answering.faults import Fault, Faults
from pytest_customerio.tools.sandbox.answering.log_entries import Reading, log_entry, read_as
from pytest_customerio.tools.sandbox.answering.refusals import warning_notes
from pytest_customerio.tools.sandbox.answering.sdk_requests import SdkCalls, as_published, may_be_of_sdk
from pytest_customerio.tools.sandbox.api.in_app import InApp
from pytest_customerio.tools.sandbox.keys import Keys
from pytest_customerio.tools.sandbox.requests.request import ANY_HOST, ApiRequest, HttpRequest, read_request
from pytest_customerio.tools.sandbox.requests.request_log import RequestLog
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.storage.current import CurrentWorkspace, carry_out
from pytest_customerio.tools.sandbox.storage.entries import Entry
from pytest_customerio.tools.sandbox.storage.snapshots import Snapshots
from pytest_customerio.tools.sandbox.storage.stored_calls import StoredCalls
from pytest_customerio.tools.sandbox.webhooks.forgery import check_fault
from pytest_customerio.tools.sandbox.webhooks.webhooks import WebhookEvent, Webhooks
from pytest_customerio.tools.sandbox.workspace.memory import Memory
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import ReportingWebhook
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


class Service:
    """One sandbox. A thread that reads its state holds `lock`."""

    def __init__(self, settings: Settings | None = None, now: Callable[[], float] = time.time) -> None:
        self.settings = settings or Settings()
        self.catalog = Catalog.load([ANY_HOST])
        self._contract = Contract(self.catalog, self.settings.schemas, plan=self.settings.plan)
        self._contract.prepare()
        cassettes = Cassettes(self.catalog, self.settings.cassettes)
        if self.settings.cassettes:
            cassettes.load()  # a broken file of the user ends the command, in place of the first request that needs it
        self.lock = threading.RLock()
        self._answers = Answers(self.catalog, cassettes)
        self._now = now
        self._current = CurrentWorkspace(self.settings, now, self._use)
        self.faults = self._no_faults()
        with contextlib.ExitStack() as opened:
            opened.callback(self._current.persistence.abandon)
            seed = self.settings.seed
            self.keys = self._current.persistence.keys(Keys.create(seed), seeded=seed is not None)
            self.log = self._current.persistence.log()
            self._current.resume(self._carry_out)
            calls = StoredCalls(self._current.persistence, self.lock)
            self.webhooks = Webhooks(self.settings, self.keys.webhook, now, calls)
            opened.pop_all()

    @property
    def workspace(self) -> Workspace:
        """What it knows."""
        return self._current.workspace

    @property
    def revision(self) -> int:
        """A number that grows with each change of the workspace that no logged request made."""
        return self._current.revision

    @property
    def snapshots(self) -> Snapshots:
        """The snapshots of the user by name."""
        return self._current.snapshots

    def _no_faults(self) -> Faults:
        return Faults(self.catalog, lambda: self._answers.cases, tls=self.settings.tls)

    def _carry_out(self, entry: Entry) -> None:
        carry_out(entry, self.catalog, self._contract, self.workspace, self._memory)

    def _use(self, workspace: Workspace) -> None:
        """Use a workspace from now on."""
        self._memory = Memory(workspace)
        self._sdk_calls = SdkCalls(self.keys, self._answers, InApp(workspace))
        self._dispatcher = Dispatcher(
            self.settings,
            self.keys,
            self.catalog,
            self._answers,
            self.faults,
            vocabulary(),
            workspace,
            record=self._current.record,
        )

    def reset(self) -> None:
        """Delete everything but the keys and the snapshots."""
        with self.lock:
            self.log = RequestLog(self.log.number)
            self.webhooks.clear()
            self.faults = self._no_faults()
            self._current.reset()

    def snapshot(self) -> bytes:
        """The workspace as it is now. `restore` brings it back, in any sandbox of the same version."""
        with self.lock:
            return self._current.snapshot()

    def restore(self, data: bytes) -> None:
        """Replace the workspace by that of a snapshot. Raises `SnapshotError`, and then everything stays as it is."""
        with self.lock:
            self._current.restore(data)

    def load(self, seed: Any) -> None:
        """Add the people, objects and segments of a seed. Raises `SeedError`, and then everything stays as it is."""
        with self.lock:
            self._current.load(seed)

    def describe(self, path: Path) -> None:
        """Replace the inventory by what a file describes. Raises `InventoryError`."""
        with self.lock:
            self._current.describe(path)

    def close(self) -> None:
        """Stop the webhooks, and close the data file."""
        self.webhooks.stop()
        with self.lock:
            self._current.close()

    def fault(self, case: str, times: int | None = 1, operation: str | None = None) -> Fault:
        """Answer the next `times` requests (None: all) of an operation or surface with a case. Raises `FaultError`."""
        with self.lock:
            return self.faults.add(case, times, operation)

    def add_webhook(self, url: str, events: Iterable[str] | None = None, **members: Any) -> ReportingWebhook:
        """Add a reporting webhook, for all events unless some are named. Raises `TargetError` for an invalid URL."""
        with self.lock:
            return self._current.add_webhook(url, events, members)

    def deliver(
        self,
        metric: str,
        delivery: str | None = None,
        fault: str | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> WebhookEvent:
        """Let something happen to a message, the last one unless another is named, and post it to the webhooks.

        `fault` is one of `FAULTS` of `webhooks/forgery.py`; `members` replace those of the event's `data`. It does not
        wait for the answers. Raises `CannotError`.
        """
        check_fault(fault)
        with self.lock:
            report = self._current.deliver(metric, delivery, members or {})
            event = self.webhooks.event(report, self.workspace.reporting_webhooks.values(), fault)
        assert event is not None  # `simulate` accepts only what is reported
        return event

    def handshake_fails(self) -> bool:
        """Whether the TLS handshake that begins now has to fail."""
        with self.lock:
            return self.faults.take_handshake()

    def answer(self, http: HttpRequest) -> SandboxAnswer:
        """Answer a request, and log it."""
        with self.lock:
            started, at = time.perf_counter(), self._now()
            sdk = self._sdk_calls.answer(http) if may_be_of_sdk(http) else None
            answer, reading = (sdk.answer, Reading(sdk.operation)) if sdk else self._answer(http, at)
            spent = 1000 * (time.perf_counter() - started)
            logged, weight = log_entry(self.log.number + 1, at, http, reading, answer, spent)
            self.log.add(logged, weight)
            if problem := self._current.persistence.commit(self.workspace, logged, weight, self.log.oldest):
                answer = replace(answer, notes=(*answer.notes, problem))
        if reading.violations and 200 <= answer.answer.status < 300:
            answer = replace(answer, notes=(*answer.notes, *warning_notes(reading.violations)))
        return answer

    def schema(self, operation: str) -> Mapping[str, Any] | None:
        """The JSON Schema of an operation's payload, complete in itself; None for a call that has none."""
        known = self.catalog.operations.get(operation)
        return self._contract.document(known) if known else None

    def _answer(self, http: HttpRequest, at: float) -> tuple[SandboxAnswer, Reading]:
        """The answer to a published call, and what the call says. Posts to webhooks what it caused."""
        published = as_published(http) if may_be_of_sdk(http) else http
        request = read_request(self.catalog, self._contract, published, at)
        answer = self._dispatcher.answer(request)
        trusted = self._is_trusted(request)
        if self.workspace.reports:
            self.webhooks.post(self.workspace.reports, self.workspace.reporting_webhooks.values())
        if trusted and (notes := self._memory.receive(request.weight)):
            answer = replace(answer, notes=answer.notes + notes)
        return answer, read_as(request, trusted=trusted)

    def _is_trusted(self, request: ApiRequest) -> bool:
        """Whether the client has the key that this call needs."""
        if request.known_operation is None and not request.match.candidates:
            return False
        return self.keys.access(request.operation.auth, request.http.headers.get("authorization")) == "granted"
