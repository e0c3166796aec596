"""Attributes as the App API gives them back: as texts, whatever was sent."""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps
from typing import Any

from pytest_customerio.tools.sandbox.workspace.people import Person


def text(value: object) -> str:
    """A value as text: as it is, or as JSON."""
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False, separators=(",", ":"))


def attributes(person: Person) -> dict[str, str]:
    """Every attribute as text, the identifiers among them."""
    return {**person.identifiers, **{name: text(value) for name, value in person.attributes.items()}}


def identifiers(person: Person) -> dict[str, str]:
    """The identifiers of a person; what is not known is empty."""
    return {
        "cio_id": person.cio_id,
        "email": person.identifiers.get("email", ""),
        "id": person.identifiers.get("id", ""),
    }


def customer(person: Person) -> dict[str, Any]:
    """A person as the App API describes one."""
    return {
        "id": person.identifiers.get("id", ""),
        "identifiers": identifiers(person),
        "attributes": {"cio_id": person.cio_id, **attributes(person)},
        "timestamps": {"cio_id": 0, **dict.fromkeys(person.identifiers, 0), **person.stamps},
        "unsubscribed": person.unsubscribed,
        "devices": list(person.devices.values()),
    }


def segment_data(segment: Any) -> dict[str, Any]:
    """A manual segment as the App API describes one."""
    return {
        "id": segment.id,
        "deduplicate_id": f"{segment.id}:{segment.created}",
        "name": segment.name,
        "description": segment.description,
        "state": "finished",
        "progress": None,
        "type": "manual",
        "tags": None,
    }


def liquid(person: Person | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a message can show: the person, and the data that came with it."""
    known = attributes(person) if person is not None else {}
    return {"customer": known, "trigger": data, "message_data": data, "data": data}
