"""Track v1: what each of its calls does to a workspace."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import flag, integer, mapping, parse_number
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Identifier, Notes
from pytest_customerio.tools.sandbox.workspace.people.relationships import parse_identifier, relate_objects
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_FORM = frozenset({"form_id", "form_name", "form_type", "form_url", "form_url_param"})  # reserved, and ignored


def parse_path_identifier(text: str) -> Identifier:
    """The identifier in a path. Track v1 derives its kind from the shape of the text; a phone number is an id."""
    if text.startswith("cio_"):
        return "cio_id", text.removeprefix("cio_")
    return ("email" if "@" in text else "id"), text


def identify(workspace: Workspace, call: Call) -> CallResult:
    """`PUT /api/v1/customers/{identifier}`."""
    at = integer(call.payload.get("_timestamp"), call.at)
    create = not flag(call.payload.get("_update"))
    person, notes = workspace.identify(_identifier(call), call.payload, at, create=create)
    given = mapping(call.payload.get("cio_relationships"))
    if person is not None and given:
        end = given.get("action") == "delete_relationships"
        notes += relate_objects(workspace, person, given.get("relationships"), end=end)
    return CallResult(notes)


def delete(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /api/v1/customers/{identifier}`."""
    return CallResult(workspace.delete(_identifier(call)))


def add_device(workspace: Workspace, call: Call) -> CallResult:
    """`PUT /api/v1/customers/{identifier}/devices`."""
    device = mapping(call.payload.get("device"))
    return CallResult(workspace.add_device(_identifier(call), str(device.get("id")), device))


def delete_device(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /api/v1/customers/{identifier}/devices/{device_id}`."""
    return CallResult(workspace.delete_device(_identifier(call), call.params["device_id"]))


def suppress(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/customers/{identifier}/suppress`."""
    return CallResult(workspace.suppress(_identifier(call)))


def unsuppress(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/customers/{identifier}/unsuppress`."""
    return CallResult(workspace.people.unsuppress(_identifier(call)))


def event(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/customers/{identifier}/events`."""
    return CallResult(workspace.add_event(_identifier(call), parse_event(call.payload, call.at)))


def anonymous_event(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/events`."""
    visitor = str(call.payload.get("anonymous_id") or "")
    return CallResult(workspace.add_visitor_event(visitor, parse_event(call.payload, call.at)))


def parse_event(payload: Mapping[str, object], at: int) -> Event:
    """The event in a payload, without white space around its name; `at` is its time unless the payload has one."""
    return Event(
        name=str(payload.get("name")).strip(),
        type=str(payload.get("type") or "event"),
        timestamp=integer(payload.get("timestamp"), at),
        data=mapping(payload.get("data")),
        id=str(payload.get("id") or ""),
    )


def submit_form(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/forms/{form_id}/submit`."""
    data = mapping(call.payload.get("data"))
    workspace.forms.setdefault(call.params["form_id"], []).append(data)
    identifier = parse_identifier({kind: data[kind] for kind in ("id", "email") if data.get(kind)})
    fields = {name: value for name, value in data.items() if name not in _FORM}
    return CallResult(workspace.identify(identifier, fields, call.at)[1])


def merge(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/merge_customers`."""
    primary, secondary = (parse_identifier(mapping(call.payload.get(name))) for name in ("primary", "secondary"))
    return CallResult(workspace.merge(primary, secondary))


def metrics(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/metrics`, and the older `POST /api/v1/push/events`."""
    name = call.payload.get("metric") or call.payload.get("event")
    return CallResult(add_metric(workspace, str(call.payload.get("delivery_id")), str(name), call))


def add_metric(workspace: Workspace, delivery_id: str, name: str, call: Call) -> Notes:
    """Add a metric such as `opened`, which the recipient's device reported, to a message."""
    delivery = workspace.deliveries.get(delivery_id)
    if delivery is None:
        return ("dropped: there is no such delivery",)
    members = {"href": href} if isinstance(href := call.payload.get("href"), str) else {}
    workspace.report(name, integer(call.payload.get("timestamp"), call.at), delivery, members)
    return ()


def unsubscribe(workspace: Workspace, call: Call) -> CallResult:
    """`POST /unsubscribe/{delivery_id}`."""
    delivery = workspace.deliveries.get(call.params["delivery_id"])
    if delivery is None or workspace.people.find(("cio_id", delivery.person)) is None:
        return CallResult(("dropped: nobody got such a delivery",))
    workspace.report("unsubscribed", call.at, delivery)
    return CallResult()


def add_to_segment(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/segments/{segment_id}/add_customers`."""
    segment = workspace.segment(parse_number(call.params["segment_id"]))
    cio_ids, notes = _named_members(workspace, segment, call)
    segment.members.update(dict.fromkeys(cio_ids))
    return CallResult(notes)


def remove_from_segment(workspace: Workspace, call: Call) -> CallResult:
    """`POST /api/v1/segments/{segment_id}/remove_customers`."""
    segment = workspace.segment(parse_number(call.params["segment_id"]))
    cio_ids, notes = _named_members(workspace, segment, call)
    for each in cio_ids:
        segment.members.pop(each, None)
    return CallResult(notes)


def region(workspace: Workspace, call: Call) -> CallResult:
    """`GET /api/v1/accounts/region`."""
    return CallResult(body={"url": call.base, "region": workspace.region, "environment_id": 1})


def _named_members(workspace: Workspace, segment: Segment, call: Call) -> tuple[list[str], Notes]:
    """The cio_ids of the people in `ids`, and notes on the segment and on ids that nobody has."""
    kind, ids = call.query.get("id_type", "id"), call.payload.get("ids")
    named = [str(each) for each in ids] if isinstance(ids, list) else []
    people = [workspace.people.find((kind, each)) for each in named]
    cio_ids = [each.cio_id for each in people if each is not None]
    notes: Notes = ("made here: the segment was only named",) if segment.implicit and not segment.members else ()
    if len(cio_ids) < len(named):
        notes += (f"ignored: {len(named) - len(cio_ids)} of {len(named)} are nobody's {kind}",)
    return cio_ids, notes


def _identifier(call: Call) -> Identifier:
    return parse_path_identifier(call.params["identifier"])


HANDLERS: Mapping[str, Handler] = {
    f"track.{handler.__name__}": handler
    for handler in (
        identify,
        delete,
        add_device,
        delete_device,
        suppress,
        unsuppress,
        event,
        anonymous_event,
        submit_form,
        merge,
        metrics,
        unsubscribe,
        add_to_segment,
        remove_from_segment,
        region,
    )
} | {"track.push_metrics": metrics}
