"""Finds the people with a value of an attribute, however many people there are."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.workspace.people.person import Identifier, Person

MAX_FIELDS = 50
MAX_CHANGED = 100_000
# The key under which everybody who has an attribute is, whatever its value.
Key = str | None
ANY: Key = None


class Everybody(Protocol):
    """All people of a workspace."""

    def __iter__(self) -> Iterator[Person]: ...

    def find(self, identifier: Identifier) -> Person | None:
        """The person with this identifier."""


def attribute_values(person: Person) -> dict[str, Any]:
    """Everything about a person that a filter can name."""
    return {**person.attributes, **person.identifiers, "cio_id": person.cio_id}


class AttributeIndex:
    """The people by their values, for each field for which somebody has searched.

    A field is indexed at the first search, which looks at everybody. From then on only those are looked at who have
    changed since the last search. It is made anew from what is stored, so it is no part of that itself.
    """

    def __init__(self) -> None:
        self._fields: dict[str, _Field] = {}
        self._changed: dict[str, None] = {}

    def __reduce__(self) -> tuple[type[AttributeIndex], tuple[()]]:
        return AttributeIndex, ()

    def note(self, person: Person) -> None:
        """Note that a person was created, changed or deleted."""
        if self._fields:
            self._changed[person.cio_id] = None
            if len(self._changed) > MAX_CHANGED:  # looking at everybody takes no longer than looking at so many
                self._fields.clear()
                self._changed.clear()

    def find(self, people: Everybody, field: str, key: Key) -> Sequence[str]:
        """The sorted cio_ids of the people with this value of a field, as text, or with any."""
        self._refresh(people)
        if field not in self._fields:
            if len(self._fields) >= MAX_FIELDS:
                del self._fields[next(iter(self._fields))]
            self._fields[field] = _Field(field, people)
        return self._fields[field].find(key)

    def _refresh(self, people: Everybody) -> None:
        changed, self._changed = self._changed, {}
        for cio_id in changed:
            person = people.find(("cio_id", cio_id))
            for field in self._fields.values():
                field.update(cio_id, person)


class _Field:
    """The people by their values of one field."""

    def __init__(self, name: str, people: Everybody) -> None:
        self._name = name
        self._sorted: dict[Key, list[str]] = {}
        self._keys: dict[str, tuple[Key, ...]] = {}
        for person in people:
            self.update(person.cio_id, person)

    def find(self, key: Key) -> Sequence[str]:
        return self._sorted.get(key, ())

    def update(self, cio_id: str, person: Person | None) -> None:
        """Put a person where the values of today are; None for one who was deleted."""
        before, now = self._keys.pop(cio_id, ()), tuple(self._keys_of(person)) if person else ()
        if now:
            self._keys[cio_id] = now
        for key in before:
            if key not in now:
                listed = self._sorted[key]
                del listed[bisect_left(listed, cio_id)]
                if not listed:
                    del self._sorted[key]
        for key in now:
            if key not in before:
                insort(self._sorted.setdefault(key, []), cio_id)

    def _keys_of(self, person: Person) -> Iterator[Key]:
        known = attribute_values(person)
        if self._name in known:
            yield ANY
        if self._name == "unsubscribed":  # everybody is or is not
            yield as_text(person.unsubscribed)
        elif self._name in known:
            yield as_text(known[self._name])
