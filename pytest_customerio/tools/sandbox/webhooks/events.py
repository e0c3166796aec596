"""Builds the event that Customer.io would post about what happened to a message or a person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from pytest_customerio.contract.webhook_events import FAILURE, event_name, members_of, metrics
from pytest_customerio.tools.sandbox.email_html import list_links
from pytest_customerio.tools.sandbox.json_values import as_text, parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import Report
from pytest_customerio.tools.sandbox.workspace.people.person import Person

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of a ULID
_PLATFORMS = ("ios", "android")


def build_event(report: Report) -> tuple[str, dict[str, Any]] | None:
    """The name by which webhooks subscribe to an event, and the event; None for a metric that is not reported."""
    channel = report.delivery.channel if report.delivery else "customer"
    if report.metric not in metrics()[channel]:
        return None
    about = _of_message(report, report.delivery) if report.delivery else _of_person(report)
    event = {
        "metric": report.metric,
        "event_id": event_id(),
        "object_type": channel,
        "timestamp": report.at,
        "data": about | dict(report.members),
    }
    return event_name(channel, report.metric), event


def with_content(event: Mapping[str, Any], delivery: Delivery | None) -> Mapping[str, Any]:
    """The event with the text of the message, for a webhook that asks for it: only `sent` events have it."""
    if delivery is None or event["metric"] != "sent":
        return event
    return {**event, "data": {**event["data"], "content": delivery.body or delivery.plain}}


def event_id() -> str:
    """A new id in the form of a ULID."""
    return "01" + "".join(secrets.choice(_DIGITS) for _ in range(24))


def _of_message(report: Report, delivery: Delivery) -> dict[str, Any]:
    made_up = members_of(delivery.channel, report.metric)
    known: dict[str, Any] = {"recipient": delivery.to, "subject": delivery.subject}
    if delivery.channel == "push":
        known["recipients"] = _devices(report.person, report.metric)
    if report.metric == "clicked" and (links := list_links(delivery.body)):
        known["href"] = links[0][1]
    if report.metric == "replied":
        known |= {"to": as_text(delivery.payload.get("from") or made_up["to"]), "inbound_event_id": event_id()}
    chosen = {name: known.get(name, value) for name, value in made_up.items()}
    return {**_source(delivery), **_person(report.person), "delivery_id": delivery.id, **chosen}


def _source(delivery: Delivery) -> dict[str, Any]:
    """What the message was sent by."""
    if delivery.broadcast:
        # A broadcast has one action here; in Customer.io it may have several.
        return {"broadcast_id": delivery.broadcast, "action_id": delivery.broadcast, "trigger_id": delivery.trigger}
    return {"transactional_message_id": parse_number(delivery.template) or delivery.template or None}


def _of_person(report: Report) -> dict[str, Any]:
    person = report.person
    assert person is not None  # without a message there is a person
    about = {**_person(person), "email_address": person.identifiers.get("email")}
    if report.metric not in ("subscribed", "unsubscribed"):
        about["content"] = as_text(person.attributes.get("cio_subscription_preferences"))
    return about


def _person(person: Person | None) -> dict[str, Any]:
    """The identifiers of a person, also those that are not set; a message without a person has none."""
    known = person.identifiers if person else {}
    cio_id = {"cio_id": person.cio_id} if person else {}
    return {
        "customer_id": known.get("id"),
        "identifiers": {"id": known.get("id"), "email": known.get("email"), **cio_id},
    }


def _devices(person: Person | None, metric: str) -> list[dict[str, Any]]:
    """The devices of a person, as the event of a push names them."""
    listed = []
    for token, device in (person.devices if person else {}).items():
        known = {"device_platform": device["platform"]} if device.get("platform") in _PLATFORMS else {}
        failure = {"device_platform": "ios", "failure_message": FAILURE} if metric == "bounced" else {}
        listed.append({"device_id": token, **failure, **known})
    return listed
