"""The people of a workspace: who is who, their attributes and devices, and whom the workspace never wants back.

Rules and their sources: docs.customer.io/integrations/api/track (identify, merge, suppress). Every verb gives notes:
what the service does with a 200 and never tells.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Identifier = tuple[str, str]  # its kind (id, email, phone, cio_id) and its value
Notes = tuple[str, ...]

KINDS = ("id", "email", "phone")
MOST_EVENTS = 1000
SUPPRESSED = "ignored: this person is suppressed"
_TOPICS = "cio_subscription_preferences.topics."
_RESERVED = frozenset({"_update", "_timestamp", "cio_relationships", "id", "email", "cio_id"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a person, or of a visitor whose name is not known yet."""

    name: str
    type: str
    timestamp: int
    data: Mapping[str, Any]
    id: str = ""


def _events() -> deque[Event]:
    return deque(maxlen=MOST_EVENTS)


@dataclass(slots=True)
class Person:
    """One person. `stamps` says when each attribute was set; `relationships` are by the object's cio_object_id."""

    cio_id: str
    identifiers: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, int] = field(default_factory=dict)
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    relationships: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: deque[Event] = field(default_factory=_events)

    @property
    def unsubscribed(self) -> bool:
        """As the service reads it: any spelling of true, and 1; everything else is no."""
        return str(self.attributes.get("unsubscribed", "")).lower() in {"true", "1"}

    @property
    def known_as(self) -> str:
        """What people call this person: the id, else the address, else what the service made up."""
        return next((self.identifiers[kind] for kind in KINDS if kind in self.identifiers), f"cio_{self.cio_id}")


def index_key(who: Identifier) -> Identifier:
    """As identifiers are compared: addresses without regard to case."""
    return (who[0], who[1].casefold()) if who[0] == "email" else who


class People:
    """Everybody in the workspace, found by any identifier in the same time however many there are."""

    def __init__(self) -> None:
        self._by: dict[Identifier, Person] = {}
        self._all: dict[str, Person] = {}
        self.suppressed: dict[Identifier, tuple[Identifier, ...]] = {}  # with those suppressed together
        self._made = 0

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._all.values())

    def __reversed__(self) -> Iterator[Person]:
        return reversed(self._all.values())

    def find(self, who: Identifier) -> Person | None:
        """Whoever has this identifier."""
        return self._by.get(index_key(who))

    def is_suppressed(self, who: Identifier) -> bool:
        """Whether calls about this identifier are accepted and ignored."""
        return index_key(who) in self.suppressed

    def identify(
        self, who: Identifier, attributes: Mapping[str, Any], at: int, *, create: bool = True
    ) -> tuple[Person | None, Notes]:
        """Add or update a person. `at` orders the updates of one attribute."""
        given = {kind: str(attributes[kind]) for kind in ("id", "email") if attributes.get(kind) not in (None, "")}
        claimed = (who, *given.items())
        if any(self.is_suppressed(each) for each in claimed):
            return None, (SUPPRESSED,)
        person = self.find(who)
        if person is None and who[0] == "cio_id":
            return None, ("dropped: nobody has this cio_id",)
        person = person or self._adopt(who, given)
        if person is None:
            if not create:
                return None, ("dropped: _update is set and this person does not exist",)
            person = self._new(who)
        notes = [note for kind, value in given.items() if (note := self._rename(person, who, kind, value))]
        notes += [note for name, value in attributes.items() if (note := _set(person, name, value, at))]
        return person, tuple(notes)

    def sure(self, who: Identifier) -> tuple[Person | None, Notes]:
        """Whoever has this identifier, made now if need be: an event or a device makes a person too."""
        found = self.find(who)
        if found is not None:
            return found, ()
        person, notes = self.identify(who, {}, 0)
        return person, notes or ("made a new person: nobody had this identifier",)

    def delete(self, person: Person) -> None:
        """Take a person away; the identifiers are free again."""
        for kind, value in person.identifiers.items():
            del self._by[index_key((kind, value))]
        del self._by["cio_id", person.cio_id]
        del self._all[person.cio_id]

    def suppress(self, who: Identifier) -> Person | None:
        """Ignore this identifier from now on, and those of the person who had it. Gives that person."""
        person = self.find(who)
        together = tuple(index_key(each) for each in (who, *(person.identifiers.items() if person else ())))
        self.suppressed.update(dict.fromkeys(together, together))
        if person is not None:
            self.delete(person)
        return person

    def unsuppress(self, who: Identifier) -> Notes:
        """Let an identifier back in, and those that were suppressed with it."""
        together = self.suppressed.get(index_key(who))
        if together is None:
            return ("nothing to do: this identifier is not suppressed",)
        for each in together:
            self.suppressed.pop(each, None)
        return ()

    def _new(self, who: Identifier) -> Person:
        self._made += 1
        person = Person(f"a3{self._made:010x}")
        self._all[person.cio_id] = self._by["cio_id", person.cio_id] = person
        self._own(person, *who)
        return person

    def _own(self, person: Person, kind: str, value: str) -> None:
        if kind in person.identifiers:
            del self._by[index_key((kind, person.identifiers[kind]))]
        person.identifiers[kind] = value
        self._by[index_key((kind, value))] = person

    def _adopt(self, who: Identifier, given: Mapping[str, str]) -> Person | None:
        """Who has an identifier of the payload, and none of the path's kind, is given the path's."""
        for each in given.items():
            person = self.find(each)
            if person is not None and who[0] not in person.identifiers:
                self._own(person, *who)
                return person
        return None

    def _rename(self, person: Person, who: Identifier, kind: str, value: str) -> str:
        owner = self.find((kind, value))
        if owner is not None and owner is not person:
            return f"{kind} not set: another person has it (the service logs an Attribute Update Failure)"
        if kind in person.identifiers and owner is None and who[0] != "cio_id" and (who[0], kind) != ("id", "email"):
            return f"{kind} not changed: address the person by cio_<cio_id> to change it"
        self._own(person, kind, value)
        return ""


def _set(person: Person, name: str, value: Any, at: int) -> str:
    """Set one attribute; null and nothing take it away. A note where an older update came later."""
    if name in _RESERVED:
        return ""
    if person.stamps.get(name, at) > at:
        return f"{name} not set: a later update came first"
    person.stamps[name] = at
    if name.startswith(_TOPICS):
        preferences = person.attributes.setdefault("cio_subscription_preferences", {})
        if isinstance(preferences, dict):
            preferences["topics"] = {**(preferences.get("topics") or {}), name.removeprefix(_TOPICS): value}
    elif value is None or value == "":
        person.attributes.pop(name, None)
        person.stamps.pop(name)
    else:
        person.attributes[name] = value
    return ""
