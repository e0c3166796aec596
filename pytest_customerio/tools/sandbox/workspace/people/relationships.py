"""Relationships between people and objects as payloads of Track v1 and v2 describe them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.tools.sandbox.json_values import mapping, mappings
from pytest_customerio.tools.sandbox.workspace.people.objects import ObjectKey, WorkspaceObject
from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED
from pytest_customerio.tools.sandbox.workspace.people.person import Identifier, Notes, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

UNKNOWN_OBJECT = "dropped: no object has this cio_object_id"


def parse_identifier(given: Mapping[str, Any]) -> Identifier:
    """The first identifier in an object such as `{"id": "42"}`: id, email, phone, cio_id or anonymous_id."""
    for kind, value in given.items():
        if value not in (None, ""):
            return kind, str(value)
    return "id", ""


def parse_object_key(given: Mapping[str, Any]) -> ObjectKey:
    """The key in `{"object_type_id": "1", "object_id": "acme"}` or in `{"cio_object_id": "ob1"}`."""
    if given.get("cio_object_id"):
        return "", str(given["cio_object_id"])
    return str(given.get("object_type_id") or "1"), str(given.get("object_id") or "")


def relate_objects(workspace: Workspace, person: Person, given: object, *, end: bool = False) -> Notes:
    """Relate a person to each object in `cio_relationships`, or end these relationships."""
    notes: Notes = ()
    for each in mappings(given):
        key = parse_object_key(mapping(each.get("identifiers")))
        target = workspace.objects.find(key) if end else workspace.objects.find_or_create(key)
        if target is None:
            notes += (UNKNOWN_OBJECT,)
        elif end:
            notes += workspace.objects.unrelate(person, target)
        else:
            workspace.objects.relate(person, target, mapping(each.get("relationship_attributes")))
    return notes


def relate_people(workspace: Workspace, target: WorkspaceObject, given: object, *, end: bool = False) -> Notes:
    """Relate an object to each person in `cio_relationships`, or end these relationships."""
    notes: Notes = ()
    for each in mappings(given):
        identifier = parse_identifier(mapping(each.get("identifiers")))
        if identifier[0] == "anonymous_id":
            workspace.objects.relate_visitor(identifier[1], target)
        elif workspace.people.is_suppressed(identifier):
            notes += (SUPPRESSED,)
        elif end:
            person = workspace.people.find(identifier)
            notes += workspace.objects.unrelate(person, target) if person else ("nothing to do: no such person",)
        else:
            person, created = workspace.people.find_or_create(identifier)
            notes += created
            if person is not None:
                workspace.objects.relate(person, target, mapping(each.get("relationship_attributes")))
    return notes
