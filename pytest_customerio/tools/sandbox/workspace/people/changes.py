"""Which attributes and identifiers of a person a call changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.workspace.people.people import People
from pytest_customerio.tools.sandbox.workspace.people.person import Identifier, Person

LONGEST = 1000  # characters of a value
# The value before and the value now, which `shown_change` writes as text when the log is read.
Change = tuple[Any, Any]


def known_person(people: People, identifier: Identifier, attributes: Mapping[str, Any]) -> Person | None:
    """The person whom a call changes: the one with its identifier, or with its e-mail address."""
    return people.find(identifier) or people.find(("email", str(attributes.get("email") or "")))


def values(person: Person | None, names: Iterable[str]) -> dict[str, Any]:
    """The attributes and identifiers of a person with these names; an empty text for each that is not set."""
    if person is None:
        return dict.fromkeys(names, "")
    identifiers, attributes = person.identifiers, person.attributes
    return {name: identifiers.get(name) or attributes.get(name, "") for name in names}


def changes(person: Person, before: Mapping[str, Any]) -> dict[str, Change]:
    """The values that are others now, as the activity log keeps them."""
    now = values(person, before)
    return {name: (_cut(old), _cut(now[name])) for name, old in before.items() if now[name] != old}


def shown_change(change: Change) -> dict[str, str]:
    """A change as the App API shows it."""
    old, value = change
    return {"from": as_text(old)[:LONGEST], "to": as_text(value)[:LONGEST]}


def _cut(value: Any) -> Any:
    return value[:LONGEST] if type(value) is str else value
