"""Whom an audience filter means: and, or, not, segment, attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_customerio.tools.sandbox.api.app_format import text
from pytest_customerio.tools.sandbox.api.call import items, mapping, number
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def chosen(workspace: Workspace, audience: Mapping[str, object]) -> Iterator[Person]:
    """The people that a filter means, in the order in which they came."""
    return (person for person in workspace.people if holds(workspace, person, audience))


def holds(workspace: Workspace, person: Person, audience: Mapping[str, object]) -> bool:
    """Whether a filter means this person. Its members hold together."""
    return all(_holds(workspace, person, name, value) for name, value in audience.items())


def _holds(workspace: Workspace, person: Person, name: str, value: object) -> bool:
    if name == "and":
        return all(holds(workspace, person, each) for each in items(value))
    if name == "or":
        return any(holds(workspace, person, each) for each in items(value))
    if name == "not":
        return not holds(workspace, person, mapping(value))
    if name == "segment":
        segment = workspace.segments.get(number(mapping(value).get("id"), 0))
        return segment is not None and person.cio_id in segment.members
    return name == "attribute" and _attribute(person, mapping(value))


def _attribute(person: Person, asked: Mapping[str, object]) -> bool:
    known = {**person.attributes, **person.identifiers, "cio_id": person.cio_id}
    field = str(asked.get("field"))
    if asked.get("operator") == "exists":
        return field in known
    if field == "unsubscribed":
        return person.unsubscribed == (text(asked.get("value")).lower() in {"true", "1"})
    return field in known and text(known[field]) == text(asked.get("value"))
