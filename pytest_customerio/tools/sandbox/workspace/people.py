"""The people of a workspace: their identifiers, attributes and devices, and which identifiers are suppressed.

The rules are those of docs.customer.io/integrations/api/track (identify, merge, suppress). Most methods return notes:
what the service does with a request that it answers with 200, and does not say in its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_customerio.tools.sandbox.json_values import flag
from pytest_customerio.tools.sandbox.workspace.attribute_index import AttributeIndex

if TYPE_CHECKING:
    from pytest_customerio.tools.sandbox.workspace.activities import ActivityLog

Identifier = tuple[str, str]  # its kind (id, email, phone, cio_id) and its value
Notes = tuple[str, ...]

IDENTIFIER_KINDS = ("id", "email", "phone")
MAX_EVENTS = 1000
SUPPRESSED = "ignored: this person is suppressed"
_PREFIX = "a3"
_PREFERENCES = "cio_subscription_preferences"
_TOPICS = f"{_PREFERENCES}.topics."
_RESERVED = frozenset({"_update", "_timestamp", "cio_relationships", "id", "email", "cio_id"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a person, or of an anonymous visitor."""

    name: str
    type: str
    timestamp: int
    data: Mapping[str, Any]
    id: str = ""


class LastEvents(list[Event]):
    """The last events of a person, oldest first. It is no deque, because an empty one has 600 bytes."""

    def append(self, event: Event) -> None:
        """Add an event."""
        self.extend((event,))

    def extend(self, events: Iterable[Event]) -> None:
        """Add events; the oldest are removed when there are too many."""
        super().extend(events)
        if len(self) > MAX_EVENTS:
            del self[:-MAX_EVENTS]


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
    events: LastEvents = field(default_factory=LastEvents)
    identified_at: dict[str, int] = field(default_factory=dict)

    @property
    def unsubscribed(self) -> bool:
        """Whether the service treats this person as unsubscribed."""
        return flag(self.attributes.get("unsubscribed", ""))

    @property
    def display_name(self) -> str:
        """The id, else the e-mail address, else the phone number, else the cio_id."""
        kinds = (kind for kind in IDENTIFIER_KINDS if kind in self.identifiers)
        return next((self.identifiers[kind] for kind in kinds), f"cio_{self.cio_id}")


def index_key(identifier: Identifier) -> Identifier:
    """The identifier in the form in which identifiers are compared: e-mail addresses without regard to case."""
    kind, value = identifier
    return (kind, value.casefold()) if kind == "email" else identifier


class People:
    """All people of a workspace, indexed by each of their identifiers.

    `suppressed` maps each suppressed identifier to all that were suppressed in the same call. `now` is the time of the
    call that is carried out. `activities` is the log where new people are noted. Whatever changes a person outside
    this class notes it in `by_attribute`.
    """

    def __init__(self, activities: ActivityLog | None = None) -> None:
        self.now = 0
        self._activities = activities
        self._by_identifier: dict[Identifier, Person] = {}
        self._by_cio_id: dict[str, Person] = {}
        self.suppressed: dict[Identifier, tuple[Identifier, ...]] = {}
        self.by_attribute = AttributeIndex()
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._by_cio_id)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_cio_id.values())

    def __reversed__(self) -> Iterator[Person]:
        return reversed(self._by_cio_id.values())

    def find(self, identifier: Identifier) -> Person | None:
        """The person who has this identifier."""
        return self._by_identifier.get(index_key(identifier))

    def after(self, cio_id: str) -> Iterator[Person]:
        """The people who were created after the one with this cio_id, who may be deleted; all if it is no cio_id."""
        try:
            number = max(int(cio_id.removeprefix(_PREFIX), 16), 0)
        except ValueError:
            number = 0
        names = (_cio_id(each) for each in range(number + 1, self._last_number + 1))
        return (self._by_cio_id[each] for each in names if each in self._by_cio_id)

    def is_suppressed(self, identifier: Identifier) -> bool:
        """Whether calls about this identifier are accepted and ignored."""
        return bool(self.suppressed) and index_key(identifier) in self.suppressed

    def identify(
        self, identifier: Identifier, attributes: Mapping[str, Any], at: int, *, create: bool = True
    ) -> tuple[Person | None, Notes]:
        """Add or update a person. `at` is the time of the update: an older value never replaces a newer one."""
        given = {kind: str(attributes[kind]) for kind in ("id", "email") if attributes.get(kind) not in (None, "")}
        if self.suppressed and any(self.is_suppressed(each) for each in (identifier, *given.items())):
            return None, (SUPPRESSED,)
        person = self.find(identifier)
        if person is None and identifier[0] == "cio_id":
            return None, ("dropped: nobody has this cio_id",)
        person = person or self._adopt(identifier, given, at)
        if person is None:
            if not create:
                return None, ("dropped: _update is set and this person does not exist",)
            person = self._create(identifier, at)
        notes = [note for kind, value in given.items() if (note := self._rename(person, identifier, (kind, value), at))]
        notes += [note for name, value in attributes.items() if (note := _set_attribute(person, name, value, at))]
        self.by_attribute.note(person)
        return person, tuple(notes)

    def find_or_create(self, identifier: Identifier) -> tuple[Person | None, Notes]:
        """The person who has this identifier, created if nobody has it: an event or a device creates a person too."""
        person = self.find(identifier)
        if person is not None:
            return person, ()
        person, notes = self.identify(identifier, {}, self.now)
        return person, notes or ("made a new person: nobody had this identifier",)

    def delete(self, person: Person) -> None:
        """Delete a person; another person may have the identifiers from now on."""
        self.by_attribute.note(person)
        for kind, value in person.identifiers.items():
            del self._by_identifier[index_key((kind, value))]
        del self._by_identifier["cio_id", person.cio_id]
        del self._by_cio_id[person.cio_id]

    def suppress(self, identifier: Identifier) -> Person | None:
        """Suppress an identifier, and all others of the person who has it. Deletes the person, and returns it."""
        person = self.find(identifier)
        known = person.identifiers.items() if person else ()
        together = tuple(index_key(each) for each in (identifier, *known))
        self.suppressed.update(dict.fromkeys(together, together))
        if person is not None:
            self.delete(person)
        return person

    def unsuppress(self, identifier: Identifier) -> Notes:
        """End the suppression of an identifier, and of those that were suppressed in the same call."""
        together = self.suppressed.get(index_key(identifier))
        if together is None:
            return ("nothing to do: this identifier is not suppressed",)
        for each in together:
            self.suppressed.pop(each, None)
        return ()

    def inherit(self, person: Person, deleted: Person) -> None:
        """Give a person those identifiers of a deleted one that this person lacks."""
        for kind, value in deleted.identifiers.items():
            if kind not in person.identifiers and self.find((kind, value)) is None:
                self._set_identifier(person, (kind, value), deleted.identified_at.get(kind, self.now))

    def _create(self, identifier: Identifier, at: int) -> Person:
        self._last_number += 1
        person = Person(_cio_id(self._last_number), identified_at={"cio_id": at})
        self._by_cio_id[person.cio_id] = self._by_identifier["cio_id", person.cio_id] = person
        self._set_identifier(person, identifier, at)
        if self._activities is not None:
            self._activities.add("profile_create", person, at)
        return person

    def _set_identifier(self, person: Person, identifier: Identifier, at: int) -> None:
        kind, value = identifier
        person.identified_at[kind] = at
        if kind in person.identifiers:
            del self._by_identifier[index_key((kind, person.identifiers[kind]))]
        person.identifiers[kind] = value
        self._by_identifier[index_key(identifier)] = person

    def _adopt(self, identifier: Identifier, given: Mapping[str, str], at: int) -> Person | None:
        """The person whom the payload identifies, if this person lacks the kind of identifier that the path has.

        This person gets the identifier of the path.
        """
        for each in given.items():
            person = self.find(each)
            if person is not None and identifier[0] not in person.identifiers:
                self._set_identifier(person, identifier, at)
                return person
        return None

    def _rename(self, person: Person, identifier: Identifier, given: Identifier, at: int) -> str:
        kind, value = given
        if person.identifiers.get(kind) == value:
            return ""
        holder = self.find(given)
        if holder is not None and holder is not person:
            return f"{kind} not set: another person has it (the service logs an Attribute Update Failure)"
        may_change = identifier[0] == "cio_id" or (identifier[0], kind) == ("id", "email")
        if kind in person.identifiers and holder is None and not may_change:
            return f"{kind} not changed: address the person by cio_<cio_id> to change it"
        self._set_identifier(person, given, at)
        return ""


def _cio_id(number: int) -> str:
    """The cio_id of the person who was created as the one with this number."""
    return f"{_PREFIX}{number:010x}"


def _set_attribute(person: Person, name: str, value: Any, at: int) -> str:
    """Set one attribute; null and empty text remove it. Returns a note if the attribute was set at a later time."""
    if name in _RESERVED:
        return ""
    if person.timestamps.get(name, at) > at:
        return f"{name} not set: a later update came first"
    person.timestamps[name] = at
    if name.startswith(_TOPICS):
        known = person.attributes.get(_PREFERENCES, {})
        if isinstance(known, dict):
            topics = {**(known.get("topics") or {}), name.removeprefix(_TOPICS): value}
            person.attributes[_PREFERENCES] = {**known, "topics": topics}
    elif value is None or value == "":
        person.attributes.pop(name, None)
        person.timestamps.pop(name)
    else:
        person.attributes[name] = value
    return ""
