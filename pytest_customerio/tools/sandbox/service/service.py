"""A local Customer.io without its network: a request in, an answer out, and a workspace that remembers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pytest_customerio.cassettes.reading import Shelf
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.tools.sandbox.service.answers import Replies, Reply
from pytest_customerio.tools.sandbox.service.dispatcher import Dispatcher, Settings
from pytest_customerio.tools.sandbox.service.faults import Fault, Faults
from pytest_customerio.tools.sandbox.service.keys import Keys
from pytest_customerio.tools.sandbox.service.request import ANY_HOST, ReceivedCall, Seen, look
from pytest_customerio.tools.sandbox.service.request_log import Log, Received
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


class Service:
    """One sandbox. Whoever looks at its state from another thread holds `lock`."""

    def __init__(self, settings: Settings | None = None, now: Callable[[], float] = time.time) -> None:
        self.settings = settings or Settings()
        self.keys = Keys.make(self.settings.seed)
        self.lock = threading.RLock()
        self.catalog = Catalog.load([ANY_HOST])
        self._contract = Contract(self.catalog)
        self._contract.prepare()
        self._replies = Replies(self.catalog, Shelf(self.catalog, self.settings.cassettes))
        self._now = now
        self.log = Log()
        self.reset()

    def reset(self) -> None:
        """Forget everything but the keys."""
        with self.lock:
            self.log = Log(self.log.number)
            self.workspace = Workspace(self.settings.region)
            self.faults = Faults(self.catalog, lambda: self._replies.cases, tls=self.settings.tls)
            self._desk = Dispatcher(
                self.settings,
                self.keys,
                self.catalog,
                self._replies,
                self.faults,
                self._contract.rules,
                self.workspace,
            )

    def fault(self, case: str, times: int | None = 1, operation: str | None = None) -> Fault:
        """The next `times` requests (None: all) of an operation or surface draw this error. Raises `FaultError`."""
        with self.lock:
            return self.faults.add(case, times, operation)

    def handshake_fails(self) -> bool:
        """Whether the TLS handshake that begins now is to fail."""
        with self.lock:
            return self.faults.take_handshake()

    def answer(self, arrival: ReceivedCall) -> Reply:
        """What this request draws."""
        with self.lock:
            seen = look(self.catalog, self._contract, arrival, self._now())
            reply = self._desk.reply(seen)
            self.log.add(_received(self.log.number + 1, seen, reply))
        return reply


def _received(number: int, seen: Seen, reply: Reply) -> Received:
    return Received(
        number=number,
        at=seen.at,
        operation=seen.name,
        method=seen.arrival.method,
        path=seen.arrival.target,
        payload=seen.payload,
        status=reply.answer.status,
        fault=reply.answer.fault,
        case=reply.case,
        source=reply.source,
        notes=reply.notes,
        violations=seen.violations,
        client=seen.arrival.headers.get("user-agent", ""),
    )
