"""A workspace: all that an application has told it. Plain values, no I/O; whoever shares it holds a lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.objects import Things
from pytest_customerio.tools.sandbox.workspace.people import SUPPRESSED, Event, Identifier, Notes, People, Person

MOST = 10_000
MOST_REMEMBERED = 100_000
LINK_WINDOW = 30 * 86_400  # docs.customer.io/journeys/anonymous-events
T = TypeVar("T")


@dataclass(slots=True)
class Segment:
    """A manual segment; its members are cio_ids. `made_here` says that no call created it: it was only named."""

    id: int
    name: str
    description: str = ""
    created: int = 0
    made_here: bool = False
    members: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger of a broadcast: its errors, as `line <n>: <text>`."""

    id: int
    broadcast: int
    errors: tuple[str, ...] = ()


class Workspace:
    """What Customer.io would know."""

    def __init__(self, region: str = "us") -> None:
        self.region = region
        self.people = People()
        self.things = Things(self.people)
        self.segments: dict[int, Segment] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.triggers: dict[tuple[int, int], Trigger] = {}
        self.exports: dict[int, dict[str, Any]] = {}
        self.files: dict[int, str] = {}
        self.undeliverable: dict[str, dict[str, int]] = {}
        self.visitors: dict[str, list[Event]] = {}
        self.forms: dict[str, list[Mapping[str, Any]]] = {}
        self._seen: dict[str, None] = {}
        self._numbers = 0

    def number(self) -> int:
        """A number that nothing else in this workspace has."""
        self._numbers += 1
        return self._numbers

    def identify(
        self, who: Identifier, attributes: Mapping[str, Any], at: int, *, create: bool = True
    ) -> tuple[Person | None, Notes]:
        """Add or update a person; what a visitor of this name did joins it."""
        person, notes = self.people.identify(who, attributes, at, create=create)
        visitor = attributes.get("anonymous_id")
        if person is not None and isinstance(visitor, str):
            kept = self.visitors.pop(visitor, ())
            person.events.extend(event for event in kept if event.timestamp >= at - LINK_WINDOW)
            self.things.join(person, visitor)
        return person, notes

    def delete(self, who: Identifier) -> Notes:
        """Delete a person and all that hangs on it."""
        person = self.people.find(who)
        if person is None:
            return ("nothing to do: there is no such person",)
        self.people.delete(person)
        self._forget(person)
        return ()

    def suppress(self, who: Identifier) -> Notes:
        """Delete a person for good."""
        person = self.people.suppress(who)
        if person is not None:
            self._forget(person)
        return ()

    def event(self, who: Identifier, event: Event) -> Notes:
        """Something that a person did. One with an id that was seen before is ignored."""
        if self.people.is_suppressed(who):
            return (SUPPRESSED,)
        if again := self._again(event):
            return again
        person, notes = self.people.sure(who)
        if person is not None:
            person.events.append(event)
        return notes

    def visit(self, visitor: str, event: Event) -> Notes:
        """Something that somebody unknown did."""
        if again := self._again(event):
            return again
        if not visitor:
            return ("belongs to nobody: without anonymous_id no person can ever get it",)
        events = self.visitors.get(visitor, [])
        events.append(event)
        bounded(self.visitors, visitor, events, MOST)
        return ()

    def merge(self, primary: Identifier, secondary: Identifier) -> Notes:
        """Merge the second person into the first: what the first lacks is taken over."""
        first, second = self.people.find(primary), self.people.find(secondary)
        if first is None or second is None or first is second:
            return ("dropped: both people must exist, and be two",)
        for name, value in second.attributes.items():
            if name not in first.attributes:
                first.attributes[name], first.stamps[name] = value, second.stamps[name]
        first.devices = {**second.devices, **first.devices}
        events = sorted((*first.events, *second.events), key=lambda event: event.timestamp)
        first.events.clear()
        first.events.extend(events)
        self.things.merge(first, second)
        for segment in self.segments.values():
            if second.cio_id in segment.members:
                segment.members[first.cio_id] = None
        self.people.delete(second)
        self._forget(second)
        return ()

    def add_device(self, who: Identifier, token: str, device: Mapping[str, Any]) -> Notes:
        """Add or update a device."""
        if self.people.is_suppressed(who):
            return (SUPPRESSED,)
        person, notes = self.people.sure(who)
        if person is not None:
            person.devices[token] = {**person.devices.get(token, {}), **device, "id": token}
        return notes

    def delete_device(self, who: Identifier, token: str) -> Notes:
        """Remove a device."""
        person = self.people.find(who)
        if person is None or person.devices.pop(token, None) is None:
            return ("nothing to do: there is no such device",)
        return ()

    def segment(self, number: int) -> Segment:
        """The segment of this number. One that was made in the interface exists as soon as it is named."""
        if number not in self.segments:
            self.segments[number] = Segment(number, f"Segment {number}", made_here=True)
        return self.segments[number]

    def keep(self, delivery: Delivery) -> None:
        """Keep a message; the oldest go when there are too many."""
        bounded(self.deliveries, delivery.id, delivery, MOST)

    def _forget(self, person: Person) -> None:
        self.things.forget(person)
        for segment in self.segments.values():
            segment.members.pop(person.cio_id, None)

    def _again(self, event: Event) -> Notes:
        if event.id in self._seen:
            return ("ignored: an event with this id came before",)
        if event.id:
            bounded(self._seen, event.id, None, MOST_REMEMBERED)
        return ()


def bounded(kept: dict[str, T], key: str, value: T, most: int) -> None:
    """Keep a value; the oldest goes when there are too many."""
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
