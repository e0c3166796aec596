"""The App API's look-ups of objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import identifiers, object_identifiers
from pytest_customerio.tools.sandbox.api.app.inventory.resources import OBJECT_TYPES
from pytest_customerio.tools.sandbox.api.app.paging import page_of
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import as_text, mapping, mappings
from pytest_customerio.tools.sandbox.workspace.people.objects import WorkspaceObject
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def find_objects(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/objects`: a page of the objects of one type that match a filter."""
    wanted = mapping(call.payload.get("filter"))
    object_type_id = str(call.payload.get("object_type_id") or _type_in(wanted) or "1")
    matching = (each for each in workspace.objects.of_type(object_type_id) if _matches(each, wanted))
    found = page_of(matching, call, lambda each: each.cio_object_id)
    listed = [object_identifiers(each) for each in found.results]
    return CallResult(
        found.notes, {"identifiers": listed, "ids": [each["object_id"] for each in listed], "next": found.next}
    )


def get_object_attributes(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/objects/{object_type_id}/{object_id}/attributes`."""
    target = _object_in_path(workspace, call)
    if target is None:
        return NOT_FOUND
    known = {
        "attributes": target.attributes,
        "identifiers": object_identifiers(target),
        "object_type_id": target.key[0],
        "timestamps": target.timestamps,
    }
    return CallResult(body={"object": known})


def get_object_relationships(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/objects/{object_type_id}/{object_id}/relationships`: a page of the people."""
    target = _object_in_path(workspace, call)
    if target is None:
        return NOT_FOUND
    found = page_of(target.people, call, str)
    people = [workspace.people.find(("cio_id", each)) for each in found.results]
    related = [
        {"object_type_id": target.key[0], "object_type_disabled": False, "identifiers": identifiers(each)}
        for each in people
        if each is not None
    ]
    return CallResult(found.notes, {"cio_relationships": related, "next": found.next})


def list_object_types(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/object_types`: those of the inventory, and those that objects have."""
    listed = workspace.inventory.all(OBJECT_TYPES.kind)
    known = {each["id"] for each in listed}
    return CallResult(
        body={"types": [*listed, *(_type(each) for each in workspace.objects.types if each not in known)]}
    )


def _object_in_path(workspace: Workspace, call: Call) -> WorkspaceObject | None:
    object_type_id, object_id = call.params["object_type_id"], call.params["object_id"]
    if call.query.get("id_type") != "cio_object_id":
        return workspace.objects.find((object_type_id, object_id))
    target = workspace.objects.find(("", object_id))
    return target if target is not None and target.key[0] == object_type_id else None


def _type(object_type_id: str) -> dict[str, Any]:
    names = {"name": f"Objects {object_type_id}", "slug": f"objects-{object_type_id}"}
    singular = {"singular_name": f"Object {object_type_id}", "singular_slug": f"object-{object_type_id}"}
    return OBJECT_TYPES.record(object_type_id, {**names, **singular})


def _type_in(wanted: Mapping[str, Any]) -> str:
    """The type that a condition of a filter names; empty if none does."""
    condition = mapping(wanted.get("object_attribute"))
    if condition.get("type_id"):
        return str(condition["type_id"])
    nested = (*mappings(wanted.get("and")), *mappings(wanted.get("or")), *mappings([wanted.get("not")]))
    return next((found for each in nested if (found := _type_in(each))), "")


def _matches(target: WorkspaceObject, wanted: Mapping[str, Any]) -> bool:
    """Whether an object matches every member of a filter."""
    return all(_matches_member(target, name, value) for name, value in wanted.items())


def _matches_member(target: WorkspaceObject, name: str, value: object) -> bool:
    if name == "and":
        return all(_matches(target, each) for each in mappings(value))
    if name == "or":
        return any(_matches(target, each) for each in mappings(value))
    if name == "not":
        return not _matches(target, mapping(value))
    return name == "object_attribute" and _attribute_matches(target, mapping(value))


def _attribute_matches(target: WorkspaceObject, condition: Mapping[str, Any]) -> bool:
    known = {**target.attributes, "object_id": target.key[1], "cio_object_id": target.cio_object_id}
    field = str(condition.get("field"))
    if field not in known or condition.get("operator") == "exists":
        return field in known
    return as_text(known[field]) == as_text(condition.get("value"))


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (find_objects, get_object_attributes, get_object_relationships, list_object_types)
}
