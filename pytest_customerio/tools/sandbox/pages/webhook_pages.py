"""The page of webhooks: to whom events are posted, what was posted, and how the application answered."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.formatting import shorten, show_payload, show_time
from pytest_customerio.tools.sandbox.pages.frame import WEBHOOKS, Context, frame
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.scanning import scan
from pytest_customerio.tools.sandbox.webhooks.calls import WebhookAttempt, WebhookCall
from pytest_customerio.tools.sandbox.webhooks.forgery import FAULTS, FORGED
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import ReportingWebhook

# What becomes of a message most often, in its order, with the word on the button.
OFTEN = {
    "delivered": "delivered",
    "opened": "opened",
    "clicked": "clicked",
    "bounced": "bounced",
    "spammed": "complained",
    "unsubscribed": "unsubscribed",
}
_LEVELS = {"accepted": "ok", "waiting": "warning", "given up": "error"}
MOST_OF_MESSAGE = 50
MOST_ATTEMPTS = 20


def webhooks_page(service: Service, query: Query, url: str = "", error: str = "") -> Context:
    """The reporting webhooks, and the calls to them that contain the words of a query, newest first.

    `url` is what the form for a new webhook contains, and `error` why there can be no such webhook.
    """
    calls = list(service.webhooks.calls)
    found = scan(reversed(calls), _searched_text, query)
    return {
        **frame(service, "webhooks", query),
        "webhooks": [_webhook_row(service, each) for each in service.workspace.reporting_webhooks.values()],
        "calls": [call_row(each) for each in found.entries],
        "waiting": sum(each.state == "waiting" for each in calls),
        "url": url,
        "error": error,
        **found.links(query, WEBHOOKS),
    }


def simulation(service: Service, delivery: Delivery, error: str = "") -> Context:
    """What a form on the page of a message lets happen to it, and what was posted about it."""
    known = delivery.known_metrics
    return {
        "often": [(metric, word) for metric, word in OFTEN.items() if metric in known],
        "metrics": known,
        "faults": FAULTS,
        "has_webhooks": bool(service.workspace.reporting_webhooks),
        "calls": _of_message(service.webhooks.calls, delivery.id),
        "error": error,
    }


def call_row(call: WebhookCall) -> Context:
    """A call in a list, with its event and its attempts."""
    said = str(call.status) if call.status is not None else call.problem or "queued"
    level, state = _outcome(call)
    return {
        "number": call.number,
        "name": call.name,
        "endpoint": shorten(call.endpoint, 200),
        "delivery": call.delivery,
        "fault": call.fault,
        "state": state,
        "level": level,
        "said": shorten(said, 60),
        "event": show_payload(dict(call.event)),
        "attempts": [_attempt(each) for each in call.attempts[-MOST_ATTEMPTS:]],
        "earlier": max(0, len(call.attempts) - MOST_ATTEMPTS),
        "at": show_time(call.attempts[0].at if call.attempts else call.event["timestamp"]),
    }


def _outcome(call: WebhookCall) -> tuple[str, str]:
    """How a call went, and in words. An application must refuse a forged request, and must not fail over it."""
    if not call.attempts:
        return "new", call.state
    if call.fault not in FORGED:
        return _LEVELS[call.state], call.state
    if call.status is None or call.status >= 500:
        return "error", "failed over a forged request"
    return ("error", "took a forged request") if call.status < 300 else ("ok", "refused, as it must")


def _of_message(calls: Iterable[WebhookCall], delivery_id: str) -> list[Context]:
    """The last calls about a message, oldest first."""
    about = [each for each in list(calls) if each.delivery == delivery_id]
    return [call_row(each) for each in about[-MOST_OF_MESSAGE:]]


def _attempt(attempt: WebhookAttempt) -> Context:
    result = attempt.result
    return {
        "at": show_time(attempt.at),
        "said": str(result.status) if result.status is not None else result.text,
        "answer": shorten(result.answer, 500),
        "wait": None if attempt.wait is None else round(attempt.wait),
    }


def _webhook_row(service: Service, webhook: ReportingWebhook) -> Context:
    return {
        "id": webhook.id,
        "endpoint": shorten(webhook.endpoint, 200),
        "name": shorten(webhook.name, 80),
        "events": len(webhook.events),
        "disabled": webhook.disabled,
        "doubt": service.workspace.doubt(webhook.endpoint),
    }


def _searched_text(call: WebhookCall) -> str:
    return f"{call.name} {call.endpoint} {call.delivery} {call.state} {call.status} {call.problem} {call.fault}"
