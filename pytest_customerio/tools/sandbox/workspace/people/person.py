"""One person of a workspace: identifiers, attributes, devices, events; and how an attribute is set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.json_values import flag

Identifier = tuple[str, str]  # its kind (id, email, phone, cio_id) and its value
Notes = tuple[str, ...]

IDENTIFIER_KINDS = ("id", "email", "phone")
MAX_EVENTS = 1000
MAX_EVENT_IDS = 100_000
PREFERENCES = "cio_subscription_preferences"
_TOPICS = f"{PREFERENCES}.topics."
_RESERVED = frozenset({"_update", "_timestamp", "cio_relationships", "id", "email", "cio_id"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a person, or of an anonymous visitor."""

    name: str
    type: str
    timestamp: int
    data: Mapping[str, Any]
    id: str = ""


class EventIds(dict[str, None]):
    """The ids of the last events that a workspace received, oldest first."""

    def repeated(self, event: Event) -> Notes:
        """A note if an event with the same id was received before; otherwise the id is remembered."""
        if event.id in self:
            return ("ignored: an event with this id came before",)
        if event.id:
            put_bounded(self, event.id, None, MAX_EVENT_IDS)
        return ()


@dataclass(slots=True)
class Person:
    """One person.

    `timestamps` maps each attribute to the time at which it was set, `identified_at` each identifier, `relationships`
    each related object's cio_object_id to the attributes of the relationship.
    """

    cio_id: str
    identifiers: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    timestamps: dict[str, int] = field(default_factory=dict)
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    relationships: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)  # no deque: an empty one has 600 bytes
    identified_at: dict[str, int] = field(default_factory=dict)

    def add_events(self, events: Iterable[Event]) -> None:
        """Add events; the oldest are removed when there are too many."""
        self.events.extend(events)
        if len(self.events) > MAX_EVENTS:
            del self.events[:-MAX_EVENTS]

    @property
    def unsubscribed(self) -> bool:
        """Whether the service treats this person as unsubscribed."""
        return flag(self.attributes.get("unsubscribed", ""))

    @property
    def display_name(self) -> str:
        """The id, else the e-mail address, else the phone number, else the cio_id."""
        kinds = (kind for kind in IDENTIFIER_KINDS if kind in self.identifiers)
        return next((self.identifiers[kind] for kind in kinds), f"cio_{self.cio_id}")


def set_attribute(person: Person, name: str, value: Any, at: int) -> str:
    """Set one attribute; null and empty text remove it. Returns a note if the attribute was set at a later time."""
    if name in _RESERVED:
        return ""
    if person.timestamps.get(name, at) > at:
        return f"{name} not set: a later update came first"
    person.timestamps[name] = at
    if name.startswith(_TOPICS):
        known = person.attributes.get(PREFERENCES, {})
        if isinstance(known, dict):
            topics = {**(known.get("topics") or {}), name.removeprefix(_TOPICS): value}
            person.attributes[PREFERENCES] = {**known, "topics": topics}
    elif value is None or value == "":
        person.attributes.pop(name, None)
        person.timestamps.pop(name)
    else:
        person.attributes[name] = value
    return ""
