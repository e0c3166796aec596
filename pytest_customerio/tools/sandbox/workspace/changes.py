"""Which attributes and identifiers of a person a call changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.workspace.people import People, Person

LONGEST = 1000  # characters of a value


def values_before(people: People, identifier: tuple[str, str], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a call may change: those of the person whom it names; an empty text for each that is not set."""
    email = "email", str(attributes.get("email") or "")
    return _values(people.find(identifier) or people.find(email), attributes)


def changes(person: Person, before: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The values that are others now, as the activity log has them."""
    return {
        name: {"from": as_text(before[name])[:LONGEST], "to": as_text(value)[:LONGEST]}
        for name, value in _values(person, before).items()
        if value != before[name]
    }


def _values(person: Person | None, names: Iterable[str]) -> dict[str, Any]:
    if person is None:
        return dict.fromkeys(names, "")
    return {name: person.identifiers.get(name) or person.attributes.get(name, "") for name in names}
