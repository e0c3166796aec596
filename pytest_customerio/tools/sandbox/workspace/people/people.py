"""The people of a workspace: their identifiers, attributes and devices, and which identifiers are suppressed.

The rules are those of docs.customer.io/integrations/api/track (identify, merge, suppress). Most methods return notes:
what the service does with a request that it answers with 200, and does not say in its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytest_customerio.tools.sandbox.workspace.people.attribute_index import AttributeIndex
from pytest_customerio.tools.sandbox.workspace.people.person import Identifier, Notes, Person, set_attribute

if TYPE_CHECKING:
    from pytest_customerio.tools.sandbox.workspace.people.activities import ActivityLog

SUPPRESSED = "ignored: this person is suppressed"
_PREFIX = "a3"


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
        return self._by_identifier.get(index_key(identifier) if identifier[0] == "email" else identifier)

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
        notes += [note for name, value in attributes.items() if (note := set_attribute(person, name, value, at))]
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
