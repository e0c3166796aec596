"""The objects of a workspace (companies, courses, …) and their relationships with people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.tools.sandbox.workspace.people.people import People
from pytest_customerio.tools.sandbox.workspace.people.person import Notes, Person

ObjectKey = tuple[str, str]  # object_type_id and object_id; or an empty text and the cio_object_id


@dataclass(slots=True)
class WorkspaceObject:
    """One object. `people` are cio_ids, `visitors` the anonymous ids of those that are not identified yet.

    `timestamps` maps each attribute to the time at which it was set.
    """

    cio_object_id: str
    key: ObjectKey
    attributes: dict[str, Any] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)
    visitors: dict[str, None] = field(default_factory=dict)
    timestamps: dict[str, int] = field(default_factory=dict)


class WorkspaceObjects:
    """All objects of a workspace, indexed by type and id, and by cio_object_id."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._by_key: dict[ObjectKey, WorkspaceObject] = {}
        self._of_visitor: dict[str, dict[str, None]] = {}
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._by_key) // 2

    @property
    def all(self) -> list[WorkspaceObject]:
        """Each object once."""
        return [each for key, each in self._by_key.items() if key[0]]

    @property
    def types(self) -> list[str]:
        """The types of all objects."""
        return list(dict.fromkeys(key[0] for key in self._by_key if key[0]))

    def of_type(self, object_type_id: str) -> Iterator[WorkspaceObject]:
        """The objects of one type, in the order in which they were created."""
        return (each for key, each in self._by_key.items() if key[0] == object_type_id)

    def update(self, target: WorkspaceObject, attributes: Mapping[str, Any]) -> None:
        """Set the given attributes of an object; null and empty text remove one."""
        update_attributes(target.attributes, attributes)
        for name in attributes:
            if name in target.attributes:
                target.timestamps[name] = self._people.now
            else:
                target.timestamps.pop(name, None)

    def find(self, key: ObjectKey) -> WorkspaceObject | None:
        """The object of this key."""
        return self._by_key.get(key)

    def find_or_create(self, key: ObjectKey) -> WorkspaceObject | None:
        """The object of this key, created if there is none; None for a cio_object_id that no object has."""
        known = self._by_key.get(key)
        if known is not None or not key[0]:
            return known
        self._last_number += 1
        created = WorkspaceObject(f"ob{self._last_number:x}", key)
        self._by_key[key] = self._by_key["", created.cio_object_id] = created
        return created

    def delete(self, target: WorkspaceObject) -> None:
        """Delete an object and its relationships."""
        for cio_id in target.people:
            person = self._people.find(("cio_id", cio_id))
            if person is not None:
                person.relationships.pop(target.cio_object_id, None)
        for visitor in target.visitors:
            self._of_visitor[visitor].pop(target.cio_object_id, None)
        del self._by_key[target.key], self._by_key["", target.cio_object_id]

    def relate(self, person: Person, target: WorkspaceObject, attributes: Mapping[str, Any]) -> None:
        """Relate a person to an object, or update the relationship."""
        target.people[person.cio_id] = None
        update_attributes(person.relationships.setdefault(target.cio_object_id, {}), attributes)

    def unrelate(self, person: Person, target: WorkspaceObject) -> Notes:
        """End a relationship."""
        if person.relationships.pop(target.cio_object_id, None) is None:
            return ("nothing to do: there is no such relationship",)
        del target.people[person.cio_id]
        return ()

    def relate_visitor(self, visitor: str, target: WorkspaceObject) -> None:
        """Relate an anonymous visitor to an object."""
        target.visitors[visitor] = None
        self._of_visitor.setdefault(visitor, {})[target.cio_object_id] = None

    def identify_visitor(self, person: Person, visitor: str) -> None:
        """Give the relationships of an anonymous visitor to the person that the visitor turned out to be."""
        for cio_object_id in self._of_visitor.pop(visitor, ()):
            target = self._by_key["", cio_object_id]
            del target.visitors[visitor]
            self.relate(person, target, {})

    def remove_person(self, person: Person) -> None:
        """Remove a deleted person from every object."""
        for cio_object_id in person.relationships:
            del self._by_key["", cio_object_id].people[person.cio_id]

    def merge(self, primary: Person, secondary: Person) -> None:
        """Add the relationships of the secondary person to those of the primary; attributes of the primary win."""
        for cio_object_id, attributes in secondary.relationships.items():
            merged = {**attributes, **primary.relationships.get(cio_object_id, {})}
            self.relate(primary, self._by_key["", cio_object_id], merged)


def update_attributes(known: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Set the given attributes; null and empty text remove one."""
    for name, value in given.items():
        if value is None or value == "":
            known.pop(name, None)
        else:
            known[name] = value
