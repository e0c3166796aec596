"""The objects of a workspace (companies, courses, …) and who belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.tools.sandbox.workspace.people import Notes, People, Person

Key = tuple[str, str]  # object_type_id and object_id; no type and the cio_object_id


@dataclass(slots=True)
class Thing:
    """One object. `people` are cio_ids, `visitors` the names of those that are not known yet."""

    cio_object_id: str
    key: Key
    attributes: dict[str, Any] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)
    visitors: dict[str, None] = field(default_factory=dict)


class Things:
    """All objects, found by type and id or by cio_object_id."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._by: dict[Key, Thing] = {}
        self._visitors: dict[str, dict[str, None]] = {}
        self._made = 0

    @property
    def all(self) -> list[Thing]:
        """Each object once."""
        return [thing for key, thing in self._by.items() if key[0]]

    def find(self, key: Key) -> Thing | None:
        """The object that is named so."""
        return self._by.get(key)

    def sure(self, key: Key) -> Thing | None:
        """The object that is named so, made now if need be; None for a cio_object_id that nobody has."""
        found = self._by.get(key)
        if found is None and key[0]:
            self._made += 1
            found = Thing(f"ob{self._made:x}", key)
            self._by[key] = self._by["", found.cio_object_id] = found
        return found

    def delete(self, thing: Thing) -> None:
        """Delete an object and its relationships."""
        for cio_id in thing.people:
            person = self._people.find(("cio_id", cio_id))
            if person is not None:
                person.relationships.pop(thing.cio_object_id, None)
        for visitor in thing.visitors:
            self._visitors[visitor].pop(thing.cio_object_id, None)
        del self._by[thing.key], self._by["", thing.cio_object_id]

    def relate(self, person: Person, thing: Thing, attributes: Mapping[str, Any]) -> None:
        """Relate a person to an object, or update the relationship."""
        thing.people[person.cio_id] = None
        update(person.relationships.setdefault(thing.cio_object_id, {}), attributes)

    def unrelate(self, person: Person, thing: Thing) -> Notes:
        """End a relationship."""
        if person.relationships.pop(thing.cio_object_id, None) is None:
            return ("nothing to do: there is no such relationship",)
        del thing.people[person.cio_id]
        return ()

    def relate_visitor(self, visitor: str, thing: Thing) -> None:
        """Relate somebody whose name is not known yet."""
        thing.visitors[visitor] = None
        self._visitors.setdefault(visitor, {})[thing.cio_object_id] = None

    def join(self, person: Person, visitor: str) -> None:
        """The visitor is this person."""
        for cio_object_id in self._visitors.pop(visitor, ()):
            thing = self._by["", cio_object_id]
            del thing.visitors[visitor]
            self.relate(person, thing, {})

    def forget(self, person: Person) -> None:
        """Take a person that is gone out of every object."""
        for cio_object_id in person.relationships:
            del self._by["", cio_object_id].people[person.cio_id]

    def merge(self, first: Person, second: Person) -> None:
        """The first person takes over the second's relationships."""
        for cio_object_id, attributes in second.relationships.items():
            self.relate(
                first, self._by["", cio_object_id], {**attributes, **first.relationships.get(cio_object_id, {})}
            )


def update(known: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Set what is given; null and nothing take away."""
    for name, value in given.items():
        if value is None or value == "":
            known.pop(name, None)
        else:
            known[name] = value
