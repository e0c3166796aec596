"""The webhooks of one sandbox: turns what happened into calls, and posts them."""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from pytest_customerio.contract.webhook_events import facts
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.webhooks.calls import CallQueue, WebhookCall
from pytest_customerio.tools.sandbox.webhooks.events import build_event, with_content
from pytest_customerio.tools.sandbox.webhooks.forgery import FORGED, signed_with_fault, with_fault
from pytest_customerio.tools.sandbox.webhooks.posting import Result, post
from pytest_customerio.tools.sandbox.webhooks.schedule import HOUR
from pytest_customerio.tools.sandbox.webhooks.sender import Sender
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import ONCE, Report, ReportingWebhook

MAX_CALLS = 2000

# Posts a body to a URL: the URL, the request, the timeout.
Poster = Callable[..., Result]


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What Customer.io would post about something that happened: the request, signed now.

    `calls` are those to the reporting webhooks that subscribe to it; there may be none.
    """

    name: str
    payload: Mapping[str, Any]
    body: bytes
    headers: Mapping[str, str]
    calls: tuple[WebhookCall, ...] = field(default=(), repr=False)


class CallStore(Protocol):
    """Keeps calls over a restart."""

    def load(self) -> Sequence[WebhookCall]:
        """The calls of earlier runs, oldest first."""

    def add(self, call: WebhookCall) -> None:
        """Keep a new call."""

    def change(self, call: WebhookCall) -> None:
        """Keep what an attempt has changed."""

    def clear(self) -> None:
        """Forget all calls."""


class Webhooks:
    """Posts what happened to the reporting webhooks that subscribe to it.

    Calls in `store` that wait for their next attempt are posted at once.
    """

    def __init__(
        self, settings: Settings, key: str, now: Callable[[], float], store: CallStore, poster: Poster = post
    ) -> None:
        stored = store.load()
        self.calls = CallQueue(MAX_CALLS, stored)
        self._store = store
        self._key = key
        self._now = now
        self._poster = partial(poster, timeout=facts()["timeout"], allowed=settings.webhook_hosts)
        self._sender = Sender(self._attempt, settings.webhook_hour / HOUR)
        self._numbers = itertools.count(stored[-1].number + 1 if stored else 1)
        for each in stored:
            if each.state == "waiting":
                self._sender.add(each)

    def post(self, reports: deque[Report], subscribed: Iterable[ReportingWebhook]) -> None:
        """Post all reports, oldest first, and empty them."""
        webhooks = tuple(subscribed)
        while reports:
            self.event(reports.popleft(), webhooks)

    def event(
        self, report: Report, subscribed: Iterable[ReportingWebhook], fault: str | None = None
    ) -> WebhookEvent | None:
        """Post one report; None where the metric is none that Customer.io reports."""
        built = build_event(report)
        if built is None:
            return None
        name, plain_event = built
        event = with_fault(plain_event, fault)
        calls = [
            self._call(each, name, with_content(event, report.delivery) if each.with_content else event, report, fault)
            for each in subscribed
            if _wants(each, name, report)
            for _ in range(2 if fault == "duplicate" else 1)
        ]
        for call in calls:
            self.calls.append(call)
            self._store.add(call)
            self._sender.add(call)
        body = _written(event)
        request = signed_with_fault(self._key, int(self._now()), body, fault)
        return WebhookEvent(name, event, request.body, request.headers, tuple(calls))

    def retry(self) -> None:
        """Post the calls that wait for their next attempt now, and wait for the answers."""
        self._sender.retry()
        self._sender.settle()

    def settle(self) -> None:
        """Wait until each call was posted, or waits for its next attempt."""
        self._sender.settle()

    def hurry(self) -> None:
        """Post the calls that wait for their next attempt now, without waiting for the answers."""
        self._sender.retry()

    def clear(self) -> None:
        """Forget all calls."""
        self.calls.clear()
        self._sender.clear()
        self._store.clear()

    def stop(self) -> None:
        """End the threads."""
        self._sender.stop()

    def _call(
        self, webhook: ReportingWebhook, name: str, event: Mapping[str, Any], report: Report, fault: str | None
    ) -> WebhookCall:
        return WebhookCall(
            number=next(self._numbers),
            webhook=webhook.id,
            endpoint=webhook.endpoint,
            name=name,
            event=event,
            body=_written(event),
            delivery=report.message,
            fault=fault,
            once=fault in FORGED,
        )

    def _attempt(self, call: WebhookCall) -> float | None:
        at = self._now()
        request = signed_with_fault(self._key, int(at), call.body, call.fault)
        wait = call.note(at, self._poster(call.endpoint, request))
        self._store.change(call)
        return wait


def _wants(webhook: ReportingWebhook, name: str, report: Report) -> bool:
    """Whether a webhook gets an event: without full resolution only the first open and click of a message."""
    if webhook.disabled or name not in webhook.events:
        return False
    return webhook.full_resolution or not (report.again and report.metric in ONCE)


def _written(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()
