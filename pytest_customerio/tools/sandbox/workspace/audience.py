"""Finds the people that match an audience filter: and, or, not, segment, attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_customerio.tools.sandbox.json_values import as_text, flag, integer, mapping, mappings
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def matching_people(workspace: Workspace, audience: Mapping[str, object]) -> Iterator[Person]:
    """The people that match a filter, in the order in which they were created."""
    return (person for person in workspace.people if matches(workspace, person, audience))


def matches(workspace: Workspace, person: Person, audience: Mapping[str, object]) -> bool:
    """Whether a person matches every member of a filter."""
    return all(_matches(workspace, person, name, value) for name, value in audience.items())


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
