"""Finds the people that match an audience filter: and, or, not, segment, attribute."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pytest_customerio.tools.sandbox.json_values import as_text, flag, integer, mapping, mappings
from pytest_customerio.tools.sandbox.workspace.people.attribute_index import ANY, attribute_values
from pytest_customerio.tools.sandbox.workspace.people.person import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# More people than this are not named: then everybody is looked at, among whom many match.
_MOST_NAMED = 10_000


def matching_people(workspace: Workspace, audience: Mapping[str, object], after: str = "") -> Iterator[Person]:
    """The people that match a filter, in the order in which they were created; only those `after` this cio_id.

    Where an index knows the people whom a condition names, only those are looked at.
    """
    named = _named(workspace, audience)
    if named is None:
        people: Iterable[Person | None] = workspace.people.after(after)
    else:
        later = islice(named, bisect_right(named, after), None)
        people = (workspace.people.find(("cio_id", each)) for each in later)
    return (each for each in people if each is not None and matches(workspace, each, audience))


def matches(workspace: Workspace, person: Person, audience: Mapping[str, object]) -> bool:
    """Whether a person matches every member of a filter."""
    return all(_matches(workspace, person, name, value) for name, value in audience.items())


def _named(workspace: Workspace, audience: Mapping[str, object]) -> Sequence[str] | None:
    """The sorted cio_ids among whom are all that match a filter, as few as possible; None if no index helps."""
    found = (_named_by(workspace, name, value) for name, value in audience.items())
    return min((each for each in found if each is not None), key=len, default=None)


def _named_by(workspace: Workspace, name: str, value: object) -> Sequence[str] | None:
    """The sorted cio_ids among whom are all that match one member of a filter; None if no index helps."""
    if name == "attribute":
        return _with_attribute(workspace, mapping(value))
    if name == "segment":
        segment = workspace.segments.get(integer(mapping(value).get("id"), 0))
        return sorted(segment.members) if segment else ()
    parts = [_named(workspace, each) for each in mappings(value)]
    known = [each for each in parts if each is not None]
    if name == "and":
        return min(known, key=len, default=None)
    if name == "or" and len(known) == len(parts) and sum(map(len, known)) <= _MOST_NAMED:
        return sorted({each for part in known for each in part})
    return None


def _with_attribute(workspace: Workspace, condition: Mapping[str, object]) -> Sequence[str] | None:
    people, field, text = workspace.people, str(condition.get("field")), as_text(condition.get("value"))
    if condition.get("operator") == "exists":
        return people.by_attribute.find(people, field, ANY) if field != "cio_id" else None  # which everybody has
    if field in ("id", "email", "cio_id"):
        person = people.find((field, text))
        return [person.cio_id] if person else []
    return people.by_attribute.find(people, field, as_text(flag(text)) if field == "unsubscribed" else text)


def _matches(workspace: Workspace, person: Person, name: str, value: object) -> bool:
    if name == "and":
        return all(matches(workspace, person, each) for each in mappings(value))
    if name == "or":
        return any(matches(workspace, person, each) for each in mappings(value))
    if name == "not":
        return not matches(workspace, person, mapping(value))
    if name == "segment":
        segment = workspace.segments.get(integer(mapping(value).get("id"), 0))
        return segment is not None and person.cio_id in segment.members
    return name == "attribute" and _attribute_matches(person, mapping(value))


def _attribute_matches(person: Person, condition: Mapping[str, object]) -> bool:
    known = attribute_values(person)
    field = str(condition.get("field"))
    if condition.get("operator") == "exists":
        return field in known
    if field == "unsubscribed":
        return person.unsubscribed == flag(as_text(condition.get("value")))
    return field in known and as_text(known[field]) == as_text(condition.get("value"))
