"""Finds the people that match an audience filter: and, or, not, segment, attribute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_customerio.tools.sandbox.json_values import as_text, flag, integer, mapping, mappings
from pytest_customerio.tools.sandbox.workspace.people import IDENTIFIER_KINDS, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def matching_people(workspace: Workspace, audience: Mapping[str, object], after: str = "") -> Iterator[Person]:
    """The people that match a filter, in the order in which they were created; only those `after` this cio_id.

    Where a filter names an identifier or a segment, only the people whom it names are looked at.
    """
    named = _named(workspace, audience)
    if named is None:
        people: Iterable[Person] = workspace.people.after(after)
    else:
        people = (each for each in sorted(named, key=lambda person: person.cio_id) if each.cio_id > after)
    return (person for person in people if matches(workspace, person, audience))


def matches(workspace: Workspace, person: Person, audience: Mapping[str, object]) -> bool:
    """Whether a person matches every member of a filter."""
    return all(_matches(workspace, person, name, value) for name, value in audience.items())


def _named(workspace: Workspace, audience: Mapping[str, object]) -> list[Person] | None:
    """The people whom an index of the workspace finds for a filter, among whom are all that match; None if it has no
    index for the filter.
    """
    parts = (*audience.items(), *(part for each in mappings(audience.get("and")) for part in each.items()))
    for name, value in parts:
        if name == "attribute" and (found := _identified(workspace, mapping(value))) is not None:
            return found
    for name, value in parts:
        if name == "segment":
            return _members(workspace, mapping(value))
    return None


def _identified(workspace: Workspace, condition: Mapping[str, object]) -> list[Person] | None:
    kind = str(condition.get("field"))
    if condition.get("operator") == "exists" or kind not in (*IDENTIFIER_KINDS, "cio_id"):
        return None
    if kind == "phone":
        return None  # a phone number may be an attribute too
    person = workspace.people.find((kind, as_text(condition.get("value"))))
    return [person] if person else []


def _members(workspace: Workspace, named: Mapping[str, object]) -> list[Person]:
    segment = workspace.segments.get(integer(named.get("id"), 0))
    people = (workspace.people.find(("cio_id", each)) for each in (segment.members if segment else ()))
    return [each for each in people if each is not None]


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
    known = {**person.attributes, **person.identifiers, "cio_id": person.cio_id}
    field = str(condition.get("field"))
    if condition.get("operator") == "exists":
        return field in known
    if field == "unsubscribed":
        return person.unsubscribed == flag(as_text(condition.get("value")))
    return field in known and as_text(known[field]) == as_text(condition.get("value"))
