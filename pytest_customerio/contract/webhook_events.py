"""The events that Customer.io posts to reporting webhooks: builds, checks and signs one (`schemas/webhooks.json`)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.core import data
from pytest_customerio.core.model import Violation
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.webhook_signature import SignedWebhook, signed

JsonObject = dict[str, Any]
PREFERENCES = "cio_subscription_preferences_changed"
FAILURE = "the recipient cannot be reached (made up, not by Customer.io)"
_FAILED = ("attempted", "bounced", "dropped", "failed", "undeliverable")
_DEVICE = {"device_id": "device-1", "device_platform": "ios"}
_PERSON = {"id": "42", "email": "ada@example.com", "cio_id": "d9c106000001"}
_RECIPIENT = {
    "email": "ada@example.com",
    "sms": "+15551234567",
    "whatsapp": "+15551234567",
    "slack": "#general",
    "webhook": "https://example.com/webhook",
}


@cache
def facts() -> Mapping[str, Any]:
    """What is known of webhooks besides the events: signature, timeout, retries."""
    known: Mapping[str, Any] = _document()["x-requests"]
    return known


@cache
def metrics() -> Mapping[str, tuple[str, ...]]:
    """The metrics of each channel; `customer` stands for events about a person in place of a message."""
    defined = _document()["$defs"]
    return {name: tuple(each["properties"]["metric"]["enum"]) for name, each in defined.items() if _is_channel(each)}


def event_names() -> Iterator[str]:
    """The names by which a reporting webhook subscribes to events, such as `email_bounced`."""
    for channel, names in metrics().items():
        yield from (event_name(channel, metric) for metric in names)


def event_name(channel: str, metric: str) -> str:
    """The name by which a reporting webhook subscribes to an event."""
    return f"{channel}_{metric.removeprefix('cio_') if channel == 'customer' else metric}"


def violations(event: object) -> list[Violation]:
    """What breaks the schema of an event, each once."""
    return list(dict.fromkeys(_schema().violations(event)))


def webhook_event(metric: str, channel: str = "email", **members: Any) -> JsonObject:
    """An event as Customer.io posts it, for example `webhook_event("bounced", recipient="ada@example.com")`.

    `channel` is email, push, in_app, sms, whatsapp, slack, webhook or customer. `members` replace or extend those of
    `data`; `event_id` and `timestamp` replace those of the event. Raises `ValueError` for an unknown metric or channel.
    """
    known = metrics()
    _check_name("channel", channel, known)
    _check_name("metric", metric, known[channel])
    own = {"event_id": members.pop("event_id", None), "timestamp": members.pop("timestamp", None)}
    person: JsonObject = {"customer_id": "42", "identifiers": dict(_PERSON)}
    if channel == "customer":
        content = person | {"email_address": _PERSON["email"]}
    else:
        content = person | {"delivery_id": "ZAIAAVTJVG0QcCok0-0ZKj6yiQ==", "transactional_message_id": 1}
        content |= members_of(channel, metric)
    return {
        "metric": metric,
        "event_id": own["event_id"] or "01E4C4CT6YDC7Y5M7FE1GWWPQJ",
        "object_type": channel,
        "timestamp": own["timestamp"] or 1_764_000_000,
        "data": content | members,
    }


def members_of(channel: str, metric: str) -> JsonObject:
    """The members of `data` that depend on the channel and the metric, with made-up values."""
    content: JsonObject = {}
    if channel == "push":
        content["recipients"] = [dict(_DEVICE)]
    else:
        content["recipient"] = _RECIPIENT.get(channel, "42")
    if channel == "email":
        content["subject"] = "Hello"
    if metric in _FAILED:
        content["failure_message"] = FAILURE
    if channel == "push" and metric == "bounced":
        content["recipients"] = [{**_DEVICE, "failure_message": content.pop("failure_message")}]
    if metric == "clicked":
        content |= {"href": "https://example.com/", "link_id": 1}
    if metric == "replied":
        content |= {"to": "+15557654321", "inbound_event_id": "01E4C4CT6YDC7Y5M7FE1GWWABC"}
    return content


def sign_webhook(event: Mapping[str, Any] | bytes, key: str, at: float | None = None) -> SignedWebhook:
    """The request with which Customer.io posts an event: its body, and its headers with the signature of `key`.

    `at` is the time of the request in Unix seconds, now unless given. Raises `ValueError` for an event that breaks its
    schema; bytes are signed as they are.
    """
    if not isinstance(event, bytes):
        if broken := violations(event):
            raise ValueError("; ".join(f"{each.where}: expected {each.expected}, got {each.got}" for each in broken))
        event = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return signed(key, int(time.time() if at is None else at), event)


def _check_name(what: str, name: str, known: Any) -> None:
    if name not in known:
        similar = nearest(name, tuple(known))
        proposal = f"did you mean {similar}?" if similar else f"known are {', '.join(known)}"
        raise ValueError(f"no such {what}: {name!r}; {proposal}")


def _is_channel(definition: Mapping[str, Any]) -> bool:
    return "enum" in definition.get("properties", {}).get("metric", {})


@cache
def _document() -> Any:
    return data.read_json(data.schemas() / "webhooks.json")


@cache
def _schema() -> Schema:
    return Schema(_document(), {"$defs": {}})
