"""People, segments and pages of results in the form in which the App API returns them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

from pytest_customerio.tools.sandbox.api.call import Call
from pytest_customerio.tools.sandbox.json_values import as_text, parse_number
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.segments import Segment

PAGE_SIZE = 1000
T = TypeVar("T")


def attributes(person: Person) -> dict[str, str]:
    """Every identifier and attribute, each as text whatever its type was."""
    return {**person.identifiers, **{name: as_text(value) for name, value in person.attributes.items()}}


def identifiers(person: Person) -> dict[str, str]:
    """The identifiers of a person; an unknown one is empty."""
    return {
        "cio_id": person.cio_id,
        "email": person.identifiers.get("email", ""),
        "id": person.identifiers.get("id", ""),
    }


def identifier_page(people: Collection[Person], following: str) -> dict[str, Any]:
    """A page of people by their identifiers, and the start of the next page."""
    listed = [identifiers(each) for each in people]
    return {"identifiers": listed, "ids": [each["id"] for each in listed], "next": following}


def customer(person: Person) -> dict[str, Any]:
    """All that the App API returns of a person."""
    return {
        "id": person.identifiers.get("id", ""),
        "identifiers": identifiers(person),
        "attributes": {"cio_id": person.cio_id, **attributes(person)},
        "timestamps": {"cio_id": 0, **dict.fromkeys(person.identifiers, 0), **person.timestamps},
        "unsubscribed": person.unsubscribed,
        "devices": list(person.devices.values()),
    }


def segment_data(segment: Segment) -> dict[str, Any]:
    """A manual segment."""
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


def page(results: Iterable[T], call: Call, limit: int = PAGE_SIZE) -> tuple[Sequence[T], str]:
    """The page that `start` and `limit` of a call select, and the start of the next page; empty after the last one."""
    start, limit = parse_number(call.query.get("start", "")), parse_number(call.query.get("limit", "")) or limit
    listed = list(islice(results, start, start + limit + 1))
    return listed[:limit], str(start + limit) if len(listed) > limit else ""
