"""The fixture `cio_sandbox`: a running sandbox, and its state as plain values."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.core.operation import OperationName
from pytest_customerio.tools.sandbox.answering.json_views import person_json
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.webhooks.calls import WebhookCall
from pytest_customerio.tools.sandbox.webhooks.simulation import check_events
from pytest_customerio.tools.sandbox.webhooks.targets import check_target
from pytest_customerio.tools.sandbox.webhooks.webhooks import WebhookEvent
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import ReportingWebhook


@contextmanager
def started(schemas: Sequence[Path] = (), plan: Path | None = None) -> Iterator[Callable[[], Sandbox]]:
    """Run a sandbox while the context lasts. Each call of the returned function empties the sandbox and returns it.

    `schemas` are folders with contracts of the project, `plan` that of its tracking plan.
    """
    with SandboxServer(Settings(tls=True, schemas=schemas, plan=plan)) as server:

        def fresh() -> Sandbox:
            server.service.reset()
            return Sandbox(server)

        yield fresh


class Sandbox:
    """A local Customer.io for one test. It records what an application in any process or language sends to it."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server
        self._service = server.service
        self._read = server.service.log.number

    @property
    def url(self) -> str:
        """Its http address: the same for every surface and for its page."""
        return self._server.url

    @property
    def https_url(self) -> str:
        """Its https address; `environ` names the certificate authority to trust."""
        url = self._server.https_url
        assert url is not None
        return url

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables of an application that uses it: keys, addresses, the certificate authority."""
        return dict(self._server.environ)

    @property
    def received(self) -> list[LoggedRequest]:
        """Every request since the test began: operation, payload, status, violations and more.

        `operation` is the id, as a text that has `id`, `surface` and `name` like the operations of `cio.sent`.
        """
        with self._service.lock:
            return [
                each._replace(operation=each.operation and OperationName(each.operation)) for each in self._service.log
            ]

    @property
    def violations(self) -> list[Violation]:
        """The errors and warnings in all payloads.

        A test that reads them judges for itself what was received so far. Under `--cio-contract` a broken payload that
        the test has not read fails it, like one that was heard at a client.
        """
        received = self.received
        self._read = received[-1].number if received else self._read
        return [each for request in received for each in request.violations if each.severity != "info"]

    def judged(self) -> list[tuple[Interaction, Judged]]:
        """The requests with errors or warnings that were not read yet, each with what is wrong. They count as read."""
        with self._service.lock:
            later, self._read = self._service.log.since(self._read), self._service.log.number
        return [self._judged(each) for each in later if any(one.severity != "info" for one in each.violations)]

    def _judged(self, request: LoggedRequest) -> tuple[Interaction, Judged]:
        operation = self._service.catalog.operations.get(request.operation or "")
        client = f"cio_sandbox, request {request.number}"
        sent = Interaction(client, request.method, self.url + request.path, operation=operation, status=request.status)
        return sent, Judged(operation, request.violations)

    @property
    def people(self) -> Mapping[str, Mapping[str, Any]]:
        """Every person by id (or e-mail address without an id): identifiers, attributes, events, devices and more."""
        with self._service.lock:
            workspace = self._service.workspace
            return {each.display_name: person_json(workspace, each) for each in workspace.people}

    @property
    def deliveries(self) -> list[Delivery]:
        """Every message: to, subject, body, state and more."""
        with self._service.lock:
            return list(self._service.workspace.deliveries.values())

    def describe(self, path: str | os.PathLike[str]) -> None:
        """Describe campaigns, newsletters, templates and more by a file, as `--inventory` does.

        Raises `CannotError` for a file that cannot be used.
        """
        self._service.describe(Path(path))

    def fault(self, case: str | int, times: int | None = 1, operation: str | None = None) -> None:
        """Answer the next `times` requests (None: all) of this operation or surface with an error case.

        Raises `CannotError`, whose text says what is possible; of a status, such as 429, it names the cases.
        """
        __tracebackhide__ = True
        self._service.fault(str(case), times, operation)

    def load(self, seed: Any) -> None:
        """Add people, objects and segments: a list of people, or an object as in the file of `--load`.

        A person is `{"id": "42", "email": …, "plan": "pro"}`: identifiers, everything else is an attribute. Raises
        `CannotError`, and then nothing was added.
        """
        self._service.load(seed)

    def snapshot(self) -> bytes:
        """The people, messages and all else that it knows, for `restore`."""
        return self._service.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot. Raises `CannotError` for one of another version, and then nothing was changed."""
        self._service.restore(snapshot)

    def webhook(self, url: str, events: Iterable[str] | None = None, **settings: Any) -> ReportingWebhook:
        """Post events to this URL from now on: all, or those named as in the App API, such as `email_bounced`.

        `settings` are `full_resolution` and `with_content`. Raises `CannotError` for an address that leads to another
        machine, and for a name that no event has: nothing would ever be posted.
        """
        __tracebackhide__ = True
        names = [events] if isinstance(events, str) else events if events is None else list(events)
        check_target(url, self._service.settings.webhook_hosts)
        check_events(names or ())
        return self._service.add_webhook(url, names, **settings)

    def deliver(
        self, metric: str, delivery: Delivery | str | None = None, fault: str | None = None, **data: Any
    ) -> WebhookEvent:
        """Let something happen to a message, such as delivered, opened, clicked, bounced, spammed or unsubscribed.

        Without `delivery` it is the last message. Returns the request that Customer.io would post: `body`, `headers`,
        `payload`. The webhooks have got it, and answered, when this returns: `calls`. `data` replaces members of the
        event's data, `fault` makes a request that an application has to refuse. Raises `CannotError`.
        """
        named = delivery.id if isinstance(delivery, Delivery) else delivery
        event = self._service.deliver(metric, named, fault, data)
        self._service.webhooks.settle()
        return event

    @property
    def webhook_calls(self) -> list[WebhookCall]:
        """What was posted to webhooks, oldest first: name, event, state, attempts, status and more."""
        self._service.webhooks.settle()
        return list(self._service.webhooks.calls)

    def retry_webhooks(self) -> None:
        """Post what an application did not accept again, now in place of after the hours that Customer.io waits."""
        self._service.webhooks.retry()
