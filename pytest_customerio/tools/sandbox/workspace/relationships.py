"""Who belongs to which object, as Track v1, v2 and Pipelines say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.tools.sandbox.api.call import items, mapping
from pytest_customerio.tools.sandbox.workspace.objects import Key, Thing
from pytest_customerio.tools.sandbox.workspace.people import SUPPRESSED, Identifier, Notes, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

UNKNOWN = "dropped: no object has this cio_object_id"


def identifier(given: Mapping[str, Any]) -> Identifier:
    """The one identifier of `{"id": "42"}`, or of email, phone, cio_id and anonymous_id."""
    for kind, value in given.items():
        if value not in (None, ""):
            return kind, str(value).removeprefix("cio_") if kind == "cio_id" else str(value)
    return "id", ""


def key(given: Mapping[str, Any]) -> Key:
    """The object of `{"object_type_id": "1", "object_id": "acme"}` or of a cio_object_id."""
    if given.get("cio_object_id"):
        return "", str(given["cio_object_id"])
    return str(given.get("object_type_id") or "1"), str(given.get("object_id") or "")


def relate(workspace: Workspace, person: Person, given: object, *, end: bool = False) -> Notes:
    """Relate a person to each object of `cio_relationships`, or end it."""
    notes: Notes = ()
    for each in items(given):
        named = key(mapping(each.get("identifiers")))
        thing = workspace.things.find(named) if end else workspace.things.sure(named)
        if thing is None:
            notes += (UNKNOWN,)
        elif end:
            notes += workspace.things.unrelate(person, thing)
        else:
            workspace.things.relate(person, thing, mapping(each.get("relationship_attributes")))
    return notes


def relate_people(workspace: Workspace, thing: Thing, given: object, *, end: bool = False) -> Notes:
    """Relate an object to each person of `cio_relationships`, or end it."""
    notes: Notes = ()
    for each in items(given):
        who = identifier(mapping(each.get("identifiers")))
        if who[0] == "anonymous_id":
            workspace.things.relate_visitor(who[1], thing)
        elif workspace.people.is_suppressed(who):
            notes += (SUPPRESSED,)
        elif end:
            person = workspace.people.find(who)
            notes += workspace.things.unrelate(person, thing) if person else ("nothing to do: no such person",)
        else:
            person, told = workspace.people.sure(who)
            notes += told
            if person is not None:
                workspace.things.relate(person, thing, mapping(each.get("relationship_attributes")))
    return notes
