"""A local Customer.io without its network: answers each request, logs it, and updates the workspace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from sys import getsizeof

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.tools.sandbox.app_api.inventory_file import fill, read_inventory
from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.service.answers import Answers, SandboxAnswer
from pytest_customerio.tools.sandbox.service.dispatcher import Dispatcher
from pytest_customerio.tools.sandbox.service.faults import Fault, Faults
from pytest_customerio.tools.sandbox.service.keys import Keys
from pytest_customerio.tools.sandbox.service.request import (
    ANY_HOST,
    LONGEST_SHOWN,
    ApiRequest,
    HttpRequest,
    read_request,
)
from pytest_customerio.tools.sandbox.service.request_log import LoggedRequest, RequestLog
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory
from pytest_customerio.tools.sandbox.workspace.memory import Memory
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


class Service:
    """One sandbox. A thread that reads its state holds `lock`."""

    def __init__(self, settings: Settings | None = None, now: Callable[[], float] = time.time) -> None:
        self.settings = settings or Settings()
        self.keys = Keys.create(self.settings.seed)
        self.lock = threading.RLock()
        self.catalog = Catalog.load([ANY_HOST])
        self._contract = Contract(self.catalog)
        self._contract.prepare()
        cassettes = Cassettes(self.catalog, self.settings.cassettes)
        if self.settings.cassettes:
            cassettes.load()  # a broken file of the user ends the command, in place of the first request that needs it
        self._answers = Answers(self.catalog, cassettes)
        self._inventory = read_inventory(self.settings.inventory)
        self._now = now
        self.log = RequestLog()
        self.reset()

    def reset(self) -> None:
        """Delete everything but the keys."""
        with self.lock:
            self.log = RequestLog(self.log.number)
            self.workspace = Workspace(self.settings.region)
            fill(self.workspace, self._inventory)
            self._memory = Memory(self.workspace)
            self.faults = Faults(self.catalog, lambda: self._answers.cases, tls=self.settings.tls)
            self._dispatcher = Dispatcher(
                self.settings,
                self.keys,
                self.catalog,
                self._answers,
                self.faults,
                vocabulary(),
                self.workspace,
            )

    def describe(self, path: Path) -> None:
        """Replace the inventory by what a file describes. Raises `InventoryError`."""
        described = read_inventory(path)
        with self.lock:
            self.workspace.inventory = Inventory()
            fill(self.workspace, described)

    def fault(self, case: str, times: int | None = 1, operation: str | None = None) -> Fault:
        """Answer the next `times` requests (None: all) of an operation or surface with a case. Raises `FaultError`."""
        with self.lock:
            return self.faults.add(case, times, operation)

    def handshake_fails(self) -> bool:
        """Whether the TLS handshake that begins now has to fail."""
        with self.lock:
            return self.faults.take_handshake()

    def answer(self, http: HttpRequest) -> SandboxAnswer:
        """Answer a request, and log it."""
        with self.lock:
            request = read_request(self.catalog, self._contract, http, self._now())
            answer = self._dispatcher.answer(request)
            trusted = self._is_trusted(request)
            if trusted and (notes := self._memory.receive(request.weight)):
                answer = replace(answer, notes=answer.notes + notes)
            request = request if trusted else _shortened(request)
            self.log.add(_logged(self.log.number + 1, request, answer), request.weight)
        return answer

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


def _logged(number: int, request: ApiRequest, answer: SandboxAnswer) -> LoggedRequest:
    return LoggedRequest(
        number=number,
        at=request.at,
        operation=request.name,
        method=request.http.method,
        path=request.http.target,
        payload=request.payload,
        status=answer.answer.status,
        fault=answer.answer.fault,
        case=answer.case,
        source=answer.source,
        notes=answer.notes,
        violations=request.violations,
        client=request.http.headers.get("user-agent", ""),
    )
