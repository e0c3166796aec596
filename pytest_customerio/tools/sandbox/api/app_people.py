"""The App API's look-ups: people, segments, exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.api.app_format import customer, identifiers, segment_data
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, Effect, Handler, mapping, whole
from pytest_customerio.tools.sandbox.workspace.audience import chosen
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Segment, Workspace

PAGE = 1000


def find_by_email(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/customers?email=`: nobody is an empty list, no 404."""
    found = workspace.people.find(("email", call.query.get("email", "")))
    return Effect(body={"results": [identifiers(found)] if found else []})


def search_people(workspace: Workspace, call: Call) -> Effect:
    """`POST /v1/customers`: by filter, page by page."""
    people, following = _page(chosen(workspace, mapping(call.payload.get("filter"))), call)
    found = [identifiers(each) for each in people]
    return Effect(body={"identifiers": found, "ids": [each["id"] for each in found], "next": following})


def person_attributes(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/customers/{customer_id}/attributes`."""
    found = _named(workspace, call)
    return Effect(body={"customer": customer(found)}) if found else NOT_FOUND


def people_by_id(workspace: Workspace, call: Call) -> Effect:
    """`POST /v1/customers/attributes`: whom it does not know, it leaves out."""
    ids = call.payload.get("ids")
    asked = [_find(workspace, call, str(each)) for each in (ids if isinstance(ids, list) else ())]
    found = [customer(each) for each in asked if each is not None]
    missing = len(asked) - len(found)
    return Effect((f"left out: {missing} that nobody has",) if missing else (), {"customers": found})


def person_relationships(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/customers/{customer_id}/relationships`."""
    found = _named(workspace, call)
    if found is None:
        return NOT_FOUND
    ids, following = _page(found.relationships, call)
    things = [thing for each in ids if (thing := workspace.things.find(("", each)))]
    named = [
        {"identifiers": {"cio_object_id": each.cio_object_id, "object_id": each.key[1], "object_type_id": each.key[0]}}
        for each in things
    ]
    return Effect(body={"cio_relationships": named, "next": following})


def list_segments(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/segments`."""
    return Effect(body={"segments": [segment_data(each) for each in workspace.segments.values()]})


def create_segment(workspace: Workspace, call: Call) -> Effect:
    """`POST /v1/segments`."""
    given = mapping(call.payload.get("segment"))
    number = max(workspace.segments, default=0) + 1
    made = Segment(number, str(given.get("name")), str(given.get("description") or ""), call.at)
    workspace.segments[number] = made
    return Effect(body={"segment": segment_data(made)})


def get_segment(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/segments/{segment_id}`."""
    found = workspace.segments.get(whole(call.params["segment_id"]))
    return Effect(body={"segment": segment_data(found)}) if found else NOT_FOUND


def list_exports(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/exports`: none is null, no empty list."""
    return Effect(body={"exports": list(workspace.exports.values()) or None})


def _named(workspace: Workspace, call: Call) -> Person | None:
    return _find(workspace, call, call.params["customer_id"])


def _find(workspace: Workspace, call: Call, value: str) -> Person | None:
    kind = call.query.get("id_type", "id")
    return workspace.people.find((kind, value.removeprefix("cio_") if kind == "cio_id" else value))


def _page(all_of_them: Iterable[Any], call: Call) -> tuple[Sequence[Any], str]:
    """One page, and where the next begins; nothing where there is none."""
    start, limit = whole(call.query.get("start", "")), whole(call.query.get("limit", "")) or PAGE
    found = list(islice(all_of_them, start, start + limit + 1))
    return found[:limit], str(start + limit) if len(found) > limit else ""


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (
        find_by_email,
        search_people,
        person_attributes,
        people_by_id,
        person_relationships,
        list_segments,
        create_segment,
        get_segment,
        list_exports,
    )
}
