"""The events of reporting webhooks, and their schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from for_each import for_each

from pytest_customerio import sign_webhook, webhook_event
from pytest_customerio.contract.webhook_events import event_names, facts, metrics, violations
from pytest_customerio.core import data
from pytest_customerio.core.webhook_signature import signature

DOCUMENT = json.loads((data.schemas() / "webhooks.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(DOCUMENT)
EVENTS = [(channel, metric) for channel, names in metrics().items() for metric in names]
PERSON = {"id": "42", "email": None, "cio_id": "d9c106000001"}


def broken(event: Any) -> list[str]:
    """Where an event breaks the schema."""
    return [each.where for each in violations(event)]


def test_the_document() -> None:
    """It is a JSON Schema, says where it was read, and has the 69 events that are published."""
    jsonschema.Draft202012Validator.check_schema(DOCUMENT)
    assert DOCUMENT["x-cio"]["source"] == "documented"
    assert all(each.startswith("https://docs.customer.io/") for each in DOCUMENT["x-cio"]["evidence"])
    assert len(EVENTS) == len(set(event_names())) == 69
    assert {"email_bounced", "push_opened", "customer_subscription_preferences_changed"} < set(event_names())
    assert facts()["timeout"] == 4


@for_each(("channel", "metric"), EVENTS)
def test_each_event_passes_and_is_guarded(channel: str, metric: str) -> None:
    """The example of each event passes, in both engines; without a required member it does not."""
    event = webhook_event(metric, channel)
    assert broken(event) == []
    VALIDATOR.validate(event)
    for name in ("event_id", "metric", "timestamp", "data"):
        assert broken({key: value for key, value in event.items() if key != name})
    without = {**event, "data": {key: value for key, value in event["data"].items() if key != "identifiers"}}
    assert broken(without) == ["$.data.identifiers"]
    assert broken({**event, "timestamp": "1764000000"}) == ["$.timestamp"]
    assert broken({**event, "more": 1, "data": {**event["data"], "more": 1}}) == []


@pytest.mark.parametrize(
    ("event", "where"),
    [
        ({"metric": "bounced", "data": {"failure_message": None}}, ["$.data.failure_message"]),
        ({"metric": "clicked", "data": {"href": None, "link_id": None}}, ["$.data.href", "$.data.link_id"]),
        ({"metric": "clickd"}, ["$.metric"]),
        ({"metric": "opened", "object_type": "mail"}, ["$.object_type"]),
        ({"metric": "sent", "data": {"transactional_message_id": None}}, ["$.data"]),
        ({"metric": "sent", "data": {"delivery_id": None}}, ["$.data.delivery_id"]),
    ],
)
def test_what_is_broken(event: dict[str, Any], where: list[str]) -> None:
    """Each violation names its place; here None stands for a member that is left out."""
    whole = webhook_event(event["metric"] if event["metric"] != "clickd" else "clicked")
    content = {**whole["data"], **event.get("data", {})}
    kept = {name: value for name, value in content.items() if value is not None}
    assert broken({**whole, **event, "data": kept}) == where


def test_documented_examples() -> None:
    """Examples of docs.customer.io/api/webhooks pass: a broadcast without trigger_id, a person without a message."""
    sent = {"action_id": 42, "broadcast_id": 9, "customer_id": "02", "delivery_id": "RPILAg", "identifiers": PERSON}
    base = {"event_id": "01E4C4CT6YDC7Y5M7FE1GWWPQJ", "timestamp": 1613063089}
    assert broken({**base, "metric": "sent", "object_type": "email", "data": {**sent, "recipient": "a@b.c"}}) == []
    person = {"customer_id": "02", "email_address": None, "identifiers": PERSON}
    for metric in ("subscribed", "unsubscribed"):
        for channel in ("customer", "email", "sms"):
            assert broken({**base, "metric": metric, "object_type": channel, "data": person}) == []
    assert broken({**base, "metric": "cio_subscription_preferences_changed", "data": person}) == []


def test_an_event_with_members_of_its_own() -> None:
    """Members replace those of `data`; id and time replace those of the event."""
    event = webhook_event("bounced", recipient="bob@example.com", event_id="01X", timestamp=5)
    assert (event["event_id"], event["timestamp"], event["object_type"]) == ("01X", 5, "email")
    assert event["data"]["recipient"] == "bob@example.com"
    assert event["data"]["failure_message"]


def test_names_that_do_not_exist() -> None:
    """An unknown metric or channel is refused, with the nearest name or all of them."""
    with pytest.raises(ValueError, match=r"no such metric: 'bouncd'; did you mean bounced\?"):
        webhook_event("bouncd")
    with pytest.raises(ValueError, match="no such channel: 'fax'; known are email, push, in_app"):
        webhook_event("sent", "fax")


def test_signing() -> None:
    """An event is written as JSON and signed; bytes are signed as they are."""
    request = sign_webhook(webhook_event("sent"), "key", at=5)
    assert json.loads(request.body) == webhook_event("sent")
    assert request.headers["X-CIO-Signature"] == signature("key", 5, request.body)
    assert sign_webhook(b"not JSON", "key", at=5).body == b"not JSON"
    assert int(sign_webhook(b"", "key").headers["X-CIO-Timestamp"]) > 1_700_000_000


def test_signing_what_is_broken() -> None:
    """An event that Customer.io would not send is refused, so that no test relies on it."""
    event = webhook_event("bounced")
    del event["data"]["failure_message"]
    with pytest.raises(ValueError, match=r"\$\.data\.failure_message: expected failure_message, got nothing"):
        sign_webhook(event, "key")
