"""The App API's calls about segments."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api.app.format import identifier_page, segment_data
from pytest_customerio.tools.sandbox.api.app.paging import page_of
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import mapping, parse_number
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def list_segments(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/segments`."""
    return CallResult(body={"segments": [segment_data(each) for each in workspace.segments.values()]})


def create_segment(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/segments`."""
    given = mapping(call.payload.get("segment"))
    number = workspace.number_of_new("segments", workspace.segments)
    segment = Segment(number, str(given.get("name")), str(given.get("description") or ""), call.at)
    workspace.segments[number] = segment
    return CallResult(body={"segment": segment_data(segment)})


def get_segment(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/segments/{segment_id}`."""
    segment = _segment_in_path(workspace, call)
    return CallResult(body={"segment": segment_data(segment)}) if segment else NOT_FOUND


def delete_segment(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /v1/segments/{segment_id}`."""
    segment = workspace.segments.pop(parse_number(call.params["segment_id"]), None)
    if segment is None:
        return NOT_FOUND
    workspace.inventory.remove("segments", str(segment.id))
    return CallResult()


def get_segment_customer_count(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/segments/{segment_id}/customer_count`."""
    segment = _segment_in_path(workspace, call)
    return CallResult(body={"segment_id": segment.id, "count": len(segment.members)}) if segment else NOT_FOUND


def get_segment_membership(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/segments/{segment_id}/membership`: a page of the members."""
    segment = _segment_in_path(workspace, call)
    if segment is None:
        return NOT_FOUND
    found = page_of(segment.members, call, str)
    people = [workspace.people.find(("cio_id", each)) for each in found.results]
    return CallResult(found.notes, identifier_page([each for each in people if each], found.next))


def get_segment_used_by(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/segments/{segment_id}/used_by`: the newsletters to its members. No campaign names its segments here."""
    segment = _segment_in_path(workspace, call)
    if segment is None:
        return NOT_FOUND
    using = [each for each in workspace.inventory.all("newsletters") if segment.id in each["recipient_segment_ids"]]
    sent = [each["id"] for each in using if each.get("sent_at")]
    drafts = [each["id"] for each in using if not each.get("sent_at")]
    return CallResult(body={"used_by": {"campaigns": [], "sent_newsletters": sent, "draft_newsletters": drafts}})


def _segment_in_path(workspace: Workspace, call: Call) -> Segment | None:
    return workspace.segments.get(parse_number(call.params["segment_id"]))


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (
        list_segments,
        create_segment,
        get_segment,
        delete_segment,
        get_segment_customer_count,
        get_segment_membership,
        get_segment_used_by,
    )
}
