"""What the fixture `cio_sandbox` gives: a running sandbox, and what it knows, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.server.sandbox_server import Running
from pytest_customerio.tools.sandbox.service import json_views as views
from pytest_customerio.tools.sandbox.service.dispatcher import Settings
from pytest_customerio.tools.sandbox.service.request_log import Received
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery


@contextmanager
def started() -> Iterator[Callable[[], Sandbox]]:
    """A sandbox for as long as the context lasts; each call gives it anew, without anything in it."""
    with Running(Settings(tls=True)) as running:

        def fresh() -> Sandbox:
            running.service.reset()
            return Sandbox(running)

        yield fresh


class Sandbox:
    """A local Customer.io for one test: what an application in any process or language sends to it is seen here."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._service = running.service

    @property
    def url(self) -> str:
        """Its address over http: of every surface, and of the page that shows what it knows."""
        return self._running.url

    @property
    def https_url(self) -> str:
        """Its address over https; `environ` names the authority to trust."""
        found = self._running.https_url
        assert found is not None
        return found

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables for an application that is to use it: keys, addresses, the authority to trust."""
        return dict(self._running.environ)

    @property
    def received(self) -> list[Received]:
        """Every request since the test began: operation, payload, status, violations and more."""
        with self._service.lock:
            return list(self._service.log)

    @property
    def violations(self) -> list[Violation]:
        """What was wrong with the payloads: errors and warnings."""
        return [each for one in self.received for each in one.violations if each.severity != "info"]

    @property
    def people(self) -> Mapping[str, Mapping[str, Any]]:
        """Everybody by id (or address, where there is no id): identifiers, attributes, events, devices and more."""
        with self._service.lock:
            workspace = self._service.workspace
            return {one.known_as: views.person(workspace, one) for one in workspace.people}

    @property
    def deliveries(self) -> list[Delivery]:
        """Every message: to, subject, body, state and more."""
        with self._service.lock:
            return list(self._service.workspace.deliveries.values())

    def fault(self, case: str, times: int | None = 1, operation: str | None = None) -> None:
        """The next `times` requests (None: all), of this operation or surface, draw this error.

        Raises `CannotError` with what can be asked for.
        """
        self._service.fault(case, times, operation)
