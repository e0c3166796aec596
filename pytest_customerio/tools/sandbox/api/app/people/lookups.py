"""The App API's look-ups of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import customer, identifier_page, identifiers, object_identifiers
from pytest_customerio.tools.sandbox.api.app.paging import first_page, last_name, page_of
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import mapping, parse_number
from pytest_customerio.tools.sandbox.workspace.people.audience import matching_people
from pytest_customerio.tools.sandbox.workspace.people.person import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def find_by_email(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers?email=`: an unknown address is an empty list, not a 404."""
    person = workspace.people.find(("email", call.query.get("email", "")))
    return CallResult(body={"results": [identifiers(person)] if person else []})


def search_people(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/customers`: a page of the people that match a filter."""
    people = matching_people(workspace, mapping(call.payload.get("filter")), after=last_name(call))
    found = first_page(people, call, lambda person: person.cio_id)
    return CallResult(found.notes, identifier_page(found.results, found.next))


def person_attributes(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/attributes`."""
    person = person_in_path(workspace, call)
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
    person = person_in_path(workspace, call)
    if person is None:
        return NOT_FOUND
    found = page_of(person.relationships, call, str)
    related = [_related(workspace, person, each) for each in found.results]
    return CallResult(found.notes, {"cio_relationships": related, "next": found.next})


def person_in_path(workspace: Workspace, call: Call) -> Person | None:
    """The person in the path of a call: a cio_id has its prefix there."""
    person = call.params["customer_id"]
    unprefixed = call.query.get("id_type") == "cio_id" and not person.startswith("cio_")
    return None if unprefixed else _find(workspace, call, person)


def person_in_query(workspace: Workspace, call: Call) -> Person | None:
    """The person in the query of a call."""
    return _find(workspace, call, call.query.get("customer_id", ""))


def _related(workspace: Workspace, person: Person, cio_object_id: str) -> dict[str, Any]:
    target = workspace.objects.find(("", cio_object_id))
    assert target is not None  # a relationship ends with its object
    return {
        "identifiers": object_identifiers(target),
        "object_type_id": parse_number(target.key[0]),
        "attributes": person.relationships[cio_object_id],
        "timestamps": target.timestamps,
    }


def _find(workspace: Workspace, call: Call, value: str) -> Person | None:
    kind = call.query.get("id_type", "id")
    return workspace.people.find((kind, value.removeprefix("cio_") if kind == "cio_id" else value))


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (find_by_email, search_people, person_attributes, people_by_id, person_relationships)
}
