"""Devices of people: when they were last used, and what became of the last push.

`_last_status` is the service's own: empty as long as no push was sent, then sent, bounced after one push that failed,
and suppressed after two; a device that is identified again begins anew (docs.customer.io/device-management).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.json_values import integer, mapping
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import Person

STATUS = "_last_status"
_FAILED = ("bounced", "suppressed")


def add_device(person: Person, token: str, given: Mapping[str, Any], at: int) -> None:
    """Add or update a device. It was used at the time of the call, unless the call says when."""
    known = person.devices.get(token, {})
    attributes = mapping(given.get("attributes", known.get("attributes")))
    status = "" if _status(known) in _FAILED else _status(known)
    used = at if given.get("last_used") is None else given["last_used"]
    own = {"id": token, "last_used": used, "attributes": {**attributes, STATUS: status}}
    person.devices[token] = {"id": token, **known, **given, **own}


def note_push(person: Person, delivery: Delivery, metric: str) -> None:
    """Note what became of a push on the devices to which it went."""
    for device in _receivers(person, delivery.payload.get("to")) if delivery.channel == "push" else ():
        if metric == "bounced":
            status = "suppressed" if _status(device) in _FAILED else "bounced"
        elif metric in ("sent", "delivered"):
            status = "sent"
        else:
            continue
        device["attributes"] = {**mapping(device.get("attributes")), STATUS: status}


def _receivers(person: Person, to: object) -> Iterator[dict[str, Any]]:
    """The devices that a push goes to: the one with a token, the one that was used last, or all."""
    if isinstance(to, str) and to in person.devices:
        yield person.devices[to]
    elif to == "last_used" and person.devices:
        yield max(person.devices.values(), key=lambda each: integer(each.get("last_used"), 0))
    else:
        yield from person.devices.values()


def _status(device: Mapping[str, Any]) -> str:
    return str(mapping(device.get("attributes")).get(STATUS) or "")
