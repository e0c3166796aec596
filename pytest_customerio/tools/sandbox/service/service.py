"""A local Customer.io without its network: answers each request, logs it, and updates the workspace."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from sys import getsizeof
from typing import Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.contract.webhook_events import event_names
from pytest_customerio.tools.sandbox.app_api.inventory_file import fill, read_inventory
from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.service.answers import Answers, SandboxAnswer
from pytest_customerio.tools.sandbox.service.dispatcher import Dispatcher
from pytest_customerio.tools.sandbox.service.exchange import exchange
from pytest_customerio.tools.sandbox.service.faults import Fault, Faults
from pytest_customerio.tools.sandbox.service.in_app import InApp
from pytest_customerio.tools.sandbox.service.keys import Keys
from pytest_customerio.tools.sandbox.service.request import (
    ANY_HOST,
    LONGEST_SHOWN,
    ApiRequest,
    HttpRequest,
    read_request,
)
from pytest_customerio.tools.sandbox.service.request_log import LoggedRequest, RequestLog
from pytest_customerio.tools.sandbox.service.sdk_requests import SdkCalls, as_published
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.storage.encoding import restore, snapshot
from pytest_customerio.tools.sandbox.storage.entries import Entry, request_entry
from pytest_customerio.tools.sandbox.storage.persistence import open_persistence
from pytest_customerio.tools.sandbox.storage.replaying import carry_out
from pytest_customerio.tools.sandbox.storage.seed import checked_seed, load, read_seed
from pytest_customerio.tools.sandbox.storage.snapshots import Snapshots
from pytest_customerio.tools.sandbox.storage.templates import TemplateFolder
from pytest_customerio.tools.sandbox.webhooks.forgery import check_fault
from pytest_customerio.tools.sandbox.webhooks.simulation import simulate
from pytest_customerio.tools.sandbox.webhooks.targets import parse_target
from pytest_customerio.tools.sandbox.webhooks.webhooks import WebhookEvent, Webhooks
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory
from pytest_customerio.tools.sandbox.workspace.memory import Memory
from pytest_customerio.tools.sandbox.workspace.reporting_webhooks import ReportingWebhook
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


class Service:
    """One sandbox. A thread that reads its state holds `lock`.

    `revision` grows with each change of the workspace that no logged request made.
    """

    def __init__(self, settings: Settings | None = None, now: Callable[[], float] = time.time) -> None:
        self.settings = settings or Settings()
        self.catalog = Catalog.load([ANY_HOST])
        self._contract = Contract(self.catalog)
        self._contract.prepare()
        cassettes = Cassettes(self.catalog, self.settings.cassettes)
        if self.settings.cassettes:
            cassettes.load()  # a broken file of the user ends the command, in place of the first request that needs it
        self._inventory = read_inventory(self.settings.inventory)
        self._seeds = [read_seed(path) for path in self.settings.load]
        templates = self.settings.templates
        self._templates = None if templates is None else TemplateFolder(templates)
        self._persistence = open_persistence(self.settings.data)
        self.snapshots = Snapshots(self._persistence.file)
        self.lock = threading.RLock()
        self._answers = Answers(self.catalog, cassettes)
        self._now = now
        self.revision = 0
        self.faults = self._no_faults()
        with contextlib.ExitStack() as opened:
            opened.callback(self._persistence.abandon)
            self._resume()
            opened.pop_all()
        self.webhooks = Webhooks(self.settings, self.keys.webhook, now)

    def _resume(self) -> None:
        """Begin with what the data file has, or with a new workspace."""
        seed = self.settings.seed
        self.keys = self._persistence.keys(Keys.create(seed), seeded=seed is not None)
        self.log = self._persistence.log()
        stored = self._persistence.workspace()
        self._begin(stored or self._new_workspace())
        with self._persistence.intact():
            for entry in self._persistence.entries():
                carry_out(entry, self.catalog, self._contract, self.workspace, self._memory)
        if stored is None:
            self._persistence.save(self.workspace)

    def _new_workspace(self) -> Workspace:
        workspace = Workspace()
        fill(workspace, self._inventory)
        for seed in self._seeds:
            load(workspace, seed, int(self._now()))
        return workspace

    def _no_faults(self) -> Faults:
        return Faults(self.catalog, lambda: self._answers.cases, tls=self.settings.tls)

    def _begin(self, workspace: Workspace) -> None:
        """Use a workspace from now on, with the settings of today."""
        self.revision += 1
        workspace.region, workspace.at_once = self.settings.region, self.settings.at_once
        if self._templates is not None:
            workspace.templates = self._templates
        known = {each.endpoint for each in workspace.reporting_webhooks.values()}
        for url in self.settings.webhooks:
            if url not in known:
                workspace.add_webhook(url, event_names(), {})
        self.workspace = workspace
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
            record=self._record,
        )

    def _record(self, request: ApiRequest, skip: Collection[int | None]) -> None:
        if request.operation.method != "GET":
            self._persistence.note(lambda: request_entry(request, skip))

    def reset(self) -> None:
        """Delete everything but the keys and the snapshots."""
        with self.lock:
            self.log = RequestLog(self.log.number)
            self.webhooks.clear()
            self.faults = self._no_faults()
            self._begin(self._new_workspace())
            self._persistence.clear(self.workspace)

    def snapshot(self) -> bytes:
        """The workspace as it is now. `restore` brings it back, in any sandbox of the same version."""
        with self.lock:
            return snapshot(self.workspace)

    def restore(self, data: bytes) -> None:
        """Replace the workspace by that of a snapshot. Raises `SnapshotError`, and then everything stays as it is."""
        workspace = restore(data)
        with self.lock:
            self._begin(workspace)
            self._persistence.save(workspace)

    def load(self, seed: Any) -> None:
        """Add the people, objects and segments of a seed. Raises `SeedError`, and then everything stays as it is."""
        checked = checked_seed(seed)
        with self.lock:
            at = self._now()
            load(self.workspace, checked, int(at))
            self.workspace.reports.clear()
            self._note("load", at, checked)

    def describe(self, path: Path) -> None:
        """Replace the inventory by what a file describes. Raises `InventoryError`, and then nothing has changed."""
        described = read_inventory(path)
        with self.lock:
            self.workspace.inventory = Inventory()
            fill(self.workspace, described)
            self.revision += 1
            self._persistence.save(self.workspace)

    def _note(self, kind: str, at: float, values: Mapping[str, Any]) -> None:
        self.revision += 1
        self._persistence.note(lambda: Entry(kind, at, values))
        self._persistence.commit(self.workspace)

    def close(self) -> None:
        """Stop the webhooks, and close the data file."""
        self.webhooks.stop()
        with self.lock:
            self._persistence.close(self.workspace)

    def fault(self, case: str, times: int | None = 1, operation: str | None = None) -> Fault:
        """Answer the next `times` requests (None: all) of an operation or surface with a case. Raises `FaultError`."""
        with self.lock:
            return self.faults.add(case, times, operation)

    def add_webhook(self, url: str, events: Iterable[str] | None = None, **members: Any) -> ReportingWebhook:
        """Add a reporting webhook, for all events unless some are named. Raises `TargetError` for an invalid URL."""
        parse_target(url)
        names = tuple(event_names() if events is None else events)
        with self.lock:
            webhook = self.workspace.add_webhook(url, names, members)
            self._note("webhook", self._now(), {"url": url, "events": names, "members": members})
            return webhook

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
            at, given = self._now(), dict(members or {})
            report = simulate(self.workspace, metric, delivery, int(at), given)
            self.workspace.reports.clear()
            self._note("deliver", at, {"metric": metric, "delivery": report.message, "members": given})
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
            started = time.perf_counter()
            sdk = self._sdk_calls.answer(http)
            if sdk is not None:
                self._log(http, sdk.answer, started, self._now(), sdk.operation)
                return sdk.answer
            request = read_request(self.catalog, self._contract, as_published(http), self._now())
            answer = self._dispatcher.answer(request)
            trusted = self._is_trusted(request)
            if self.workspace.reports:
                self.webhooks.post(self.workspace.reports, self.workspace.reporting_webhooks.values())
            if trusted and (notes := self._memory.receive(request.weight)):
                answer = replace(answer, notes=answer.notes + notes)
            shown = request if trusted else _shortened(request)
            problem = self._log(http, answer, started, request.at, request.name, shown)
            if problem:
                answer = replace(answer, notes=(*answer.notes, problem))
        return answer

    def schema(self, operation: str) -> Mapping[str, Any] | None:
        """The JSON Schema of an operation's payload, complete in itself; None for a call that has none."""
        known = self.catalog.operations.get(operation)
        return self._contract.document(known) if known else None

    def _log(
        self,
        http: HttpRequest,
        answer: SandboxAnswer,
        started: float,
        at: float,
        operation: str | None,
        request: ApiRequest | None = None,
    ) -> str:
        """Log a request, and store it. Returns why it could not be stored, or nothing.

        A call that only SDKs make has no `request`: no contract judges it.
        """
        wire = exchange(http.base, http.headers, answer.answer, 1000 * (time.perf_counter() - started))
        logged = LoggedRequest(
            number=self.log.number + 1,
            at=at,
            operation=operation,
            method=http.method,
            path=http.target,
            payload=request.payload if request else None,
            status=answer.answer.status,
            fault=answer.answer.fault,
            case=answer.case,
            source=answer.source,
            notes=answer.notes,
            violations=request.violations if request else (),
            client=http.headers.get("user-agent", ""),
            exchange=wire,
        )
        weight = wire.weight + (request.weight if request else 0)
        self.log.add(logged, weight)
        return self._persistence.commit(self.workspace, logged, weight)

    def _is_trusted(self, request: ApiRequest) -> bool:
        """Whether the client has the key that this call needs."""
        if request.known_operation is None and not request.match.candidates:
            return False
        return self.keys.access(request.operation.auth, request.wire.headers.get("authorization")) == "granted"


def _shortened(request: ApiRequest) -> ApiRequest:
    """The request with the beginning of its payload, if that is large: whoever has no key could send anything."""
    if request.weight <= LONGEST_SHOWN:
        return request
    text = as_text(request.payload)[:LONGEST_SHOWN]
    return replace(request, payload=text, weight=getsizeof(text))
