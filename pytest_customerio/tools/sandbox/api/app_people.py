"""The App API's look-ups of people."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api.app_format import customer, identifier_page, identifiers, page
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.workspace.audience import matching_people
from pytest_customerio.tools.sandbox.workspace.objects import WorkspaceObject
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def find_by_email(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers?email=`: an unknown address is an empty list, not a 404."""
    person = workspace.people.find(("email", call.query.get("email", "")))
    return CallResult(body={"results": [identifiers(person)] if person else []})


def search_people(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/customers`: a page of the people that match a filter."""
    return CallResult(
        body=identifier_page(*page(matching_people(workspace, mapping(call.payload.get("filter"))), call))
    )


def person_attributes(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/attributes`."""
    person = _person_in_path(workspace, call)
    return CallResult(body={"customer": customer(person)}) if person else NOT_FOUND


def people_by_id(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/customers/attributes`: unknown ids are left out."""
    ids = call.payload.get("ids")
    people = [_find(workspace, call, str(each)) for each in (ids if isinstance(ids, list) else ())]
    known = [customer(each) for each in people if each is not None]
    missing = len(people) - len(known)
    return CallResult((f"left out: {missing} that nobody has",) if missing else (), {"customers": known})


def person_relationships(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/relationships`."""
    person = _person_in_path(workspace, call)
    if person is None:
        return NOT_FOUND
    cio_object_ids, following = page(person.relationships, call)
    related = [each for cio_object_id in cio_object_ids if (each := workspace.objects.find(("", cio_object_id)))]
    return CallResult(body={"cio_relationships": [_related(each) for each in related], "next": following})


def _related(target: WorkspaceObject) -> dict[str, dict[str, str]]:
    object_type_id, object_id = target.key
    return {
        "identifiers": {
            "cio_object_id": target.cio_object_id,
            "object_id": object_id,
            "object_type_id": object_type_id,
        }
    }


def _person_in_path(workspace: Workspace, call: Call) -> Person | None:
    person = call.params["customer_id"]
    unprefixed = call.query.get("id_type") == "cio_id" and not person.startswith("cio_")
    return None if unprefixed else _find(workspace, call, person)


def _find(workspace: Workspace, call: Call, value: str) -> Person | None:
    kind = call.query.get("id_type", "id")
    return workspace.people.find((kind, value.removeprefix("cio_") if kind == "cio_id" else value))


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (find_by_email, search_people, person_attributes, people_by_id, person_relationships)
}
