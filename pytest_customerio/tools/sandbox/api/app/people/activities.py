"""The App API's activity log: events, changes of attributes and what became of messages. Newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import person_identifiers
from pytest_customerio.tools.sandbox.api.app.paging import ACTIVITIES, page_of
from pytest_customerio.tools.sandbox.api.app.people.lookups import person_in_path, person_in_query
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import flag
from pytest_customerio.tools.sandbox.workspace.people.activities import Activity
from pytest_customerio.tools.sandbox.workspace.people.changes import shown_change
from pytest_customerio.tools.sandbox.workspace.people.person import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# Activities whose name the answer has (docs.customer.io/files/journeys-app.json); of a page view it has the URL.
_NAMED = ("event", "screen")


def list_activities(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/activities`: those of deleted people only if they are asked for."""
    if not call.query.get("customer_id"):
        return _page(workspace, call, reversed(workspace.activities))
    person = person_in_query(workspace, call)
    return _of_person(workspace, call, person) if person else CallResult(body={"activities": [], "next": ""})


def get_customer_activities(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/activities`."""
    person = person_in_path(workspace, call)
    return _of_person(workspace, call, person) if person else NOT_FOUND


def _of_person(workspace: Workspace, call: Call, person: Person) -> CallResult:
    return _page(workspace, call, workspace.activities.of(person.cio_id))


def _page(workspace: Workspace, call: Call, activities: Iterable[Activity]) -> CallResult:
    deleted = flag(call.query.get("deleted", ""))
    matching = (each for each in activities if _matches(each, call) and (deleted or _is_known(workspace, each)))
    found = page_of(matching, call, lambda each: str(each.number), ACTIVITIES)
    return CallResult(found.notes, {"activities": [_activity(each) for each in found.results], "next": found.next})


def _is_known(workspace: Workspace, activity: Activity) -> bool:
    return not activity.cio_id or workspace.people.find(("cio_id", activity.cio_id)) is not None


def _matches(activity: Activity, call: Call) -> bool:
    kind, name = call.query.get("type"), call.query.get("name")
    named = name in (None, "", activity.name) or (activity.type == "attribute_change" and name in activity.data)
    return named and kind in (None, "", activity.type)


def _activity(activity: Activity) -> dict[str, Any]:
    known = {
        "id": f"01{activity.number:024X}",
        "customer_id": activity.identifiers.get("id"),
        "customer_identifiers": person_identifiers(activity.cio_id, activity.identifiers),
        "type": activity.type,
        "timestamp": activity.at,
        "data": _data(activity),
    }
    if activity.type in _NAMED:
        known["name"] = activity.name
    if activity.type == "page":
        known["url"] = activity.name
    if activity.delivery:
        known["delivery_id"] = activity.delivery
        known["data"] = {"delivery_id": activity.delivery}
        if activity.type.endswith("_email"):
            known["delivery_type"] = "email"
    return known


def _data(activity: Activity) -> dict[str, Any]:
    if activity.type == "attribute_change":
        return {name: shown_change(each) for name, each in activity.data.items()}
    return dict(activity.data)


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler for handler in (list_activities, get_customer_activities)
}
