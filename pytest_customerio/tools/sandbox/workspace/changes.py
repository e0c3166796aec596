"""Which attributes and identifiers of a person a call changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.workspace.people import Identifier, People, Person

LONGEST = 1000  # characters of a value


def known_person(people: People, identifier: Identifier, attributes: Mapping[str, Any]) -> Person | None:
    """The person whom a call changes: the one with its identifier, or with its e-mail address."""
    return people.find(identifier) or people.find(("email", str(attributes.get("email") or "")))


def values(person: Person | None, names: Iterable[str]) -> dict[str, Any]:
    """The attributes and identifiers of a person with these names; an empty text for each that is not set."""
    if person is None:
        return dict.fromkeys(names, "")
    return {name: person.identifiers.get(name) or person.attributes.get(name, "") for name in names}


def changes(person: Person, before: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The values that are others now, as the activity log has them."""
    return {
        name: {"from": as_text(before[name])[:LONGEST], "to": as_text(value)[:LONGEST]}
        for name, value in values(person, before).items()
        if value != before[name]
    }
