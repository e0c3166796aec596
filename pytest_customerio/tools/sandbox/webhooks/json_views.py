"""Webhooks as JSON, for the sandbox's own API and for its page."""

from __future__ import annotations

from typing import Any

from pytest_customerio.tools.sandbox.webhooks.calls import WebhookAttempt, WebhookCall
from pytest_customerio.tools.sandbox.webhooks.webhooks import WebhookEvent
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import ReportingWebhook

JsonObject = dict[str, Any]


def reporting_webhook_json(webhook: ReportingWebhook) -> JsonObject:
    """A reporting webhook, as the App API shows it."""
    return {
        "id": webhook.id,
        "type": "webhook",
        "name": webhook.name,
        "endpoint": webhook.endpoint,
        "disabled": webhook.disabled,
        "events": list(webhook.events),
        "full_resolution": webhook.full_resolution,
        "with_content": webhook.with_content,
    }


def call_json(call: WebhookCall) -> JsonObject:
    """A call and its attempts."""
    return {
        "number": call.number,
        "webhook": call.webhook,
        "endpoint": call.endpoint,
        "name": call.name,
        "delivery": call.delivery,
        "fault": call.fault,
        "state": call.state,
        "event": dict(call.event),
        "attempts": [attempt_json(each) for each in call.attempts],
    }


def attempt_json(attempt: WebhookAttempt) -> JsonObject:
    """An attempt; `wait` is how many seconds Customer.io would wait after it."""
    result = attempt.result
    return {
        "at": attempt.at,
        "status": result.status,
        "problem": result.text,
        "answer": result.answer,
        "wait": attempt.wait,
    }


def event_json(event: WebhookEvent) -> JsonObject:
    """An event: the request that an application gets, and the calls to webhooks."""
    return {
        "name": event.name,
        "payload": dict(event.payload),
        "body": event.body.decode("utf-8", "replace"),
        "headers": dict(event.headers),
        "calls": [call_json(each) for each in event.calls],
    }
