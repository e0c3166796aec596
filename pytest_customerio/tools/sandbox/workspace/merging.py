"""Which two people are one, and what the one who stays gets of the other (docs.customer.io/journeys/merge-people)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.tools.sandbox.workspace.people import Identifier, People, Person


def find_halves(people: People, identifier: Identifier, attributes: Mapping[str, Any]) -> tuple[Person, Person] | None:
    """The person who has only the id in a call, and the one who has only its e-mail address, the older one first."""
    kind = identifier[0]
    other_kind = {"id": "email", "email": "id"}.get(kind, "")
    other = str(attributes.get(other_kind) or "")
    if not other:
        return None
    one, another = people.find(identifier), people.find((other_kind, other))
    if one is None or another is None or other_kind in one.identifiers or kind in another.identifiers:
        return None
    older, younger = sorted((one, another), key=lambda person: person.cio_id)
    return older, younger


def merge_profiles(first: Person, second: Person, at: int) -> None:
    """Give a person the attributes and devices of another that this person lacks, and all events."""
    for name, value in second.attributes.items():
        if name not in first.attributes:
            first.attributes[name], first.timestamps[name] = value, second.timestamps.get(name, at)
    first.devices = {**second.devices, **first.devices}
    events = sorted((*first.events, *second.events), key=lambda event: event.timestamp)
    first.events.clear()
    first.events.extend(events)
