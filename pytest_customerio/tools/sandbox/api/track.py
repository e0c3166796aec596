"""Track v1: what each of its calls does to a workspace."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api.call import Call, Effect, Handler, mapping, number, truth, whole
from pytest_customerio.tools.sandbox.workspace.people import Event, Identifier, Notes
from pytest_customerio.tools.sandbox.workspace.relationships import identifier, relate
from pytest_customerio.tools.sandbox.workspace.workspace import Segment, Workspace

_FORM = frozenset({"form_id", "form_name", "form_type", "form_url", "form_url_param"})  # reserved, and ignored


def person(text: str) -> Identifier:
    """Whom a path names: v1 guesses by the shape. A phone number is an id."""
    if text.startswith("cio_"):
        return "cio_id", text.removeprefix("cio_")
    return ("email" if "@" in text else "id"), text


def identify(workspace: Workspace, call: Call) -> Effect:
    """`PUT /api/v1/customers/{identifier}`."""
    at = number(call.payload.get("_timestamp"), call.at)
    create = not truth(call.payload.get("_update"))
    found, notes = workspace.identify(_who(call), call.payload, at, create=create)
    given = mapping(call.payload.get("cio_relationships"))
    if found is not None and given:
        end = given.get("action") == "delete_relationships"
        notes += relate(workspace, found, given.get("relationships"), end=end)
    return Effect(notes)


def delete(workspace: Workspace, call: Call) -> Effect:
    """`DELETE /api/v1/customers/{identifier}`."""
    return Effect(workspace.delete(_who(call)))


def add_device(workspace: Workspace, call: Call) -> Effect:
    """`PUT /api/v1/customers/{identifier}/devices`."""
    device = mapping(call.payload.get("device"))
    return Effect(workspace.add_device(_who(call), str(device.get("id")), device))


def delete_device(workspace: Workspace, call: Call) -> Effect:
    """`DELETE /api/v1/customers/{identifier}/devices/{device_id}`."""
    return Effect(workspace.delete_device(_who(call), call.params["device_id"]))


def suppress(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/customers/{identifier}/suppress`."""
    return Effect(workspace.suppress(_who(call)))


def unsuppress(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/customers/{identifier}/unsuppress`."""
    return Effect(workspace.people.unsuppress(_who(call)))


def event(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/customers/{identifier}/events`."""
    return Effect(workspace.event(_who(call), made(call.payload, call.at)))


def anonymous_event(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/events`."""
    return Effect(workspace.visit(str(call.payload.get("anonymous_id") or ""), made(call.payload, call.at)))


def made(payload: Mapping[str, object], at: int) -> Event:
    """The event that a payload tells of; names are trimmed."""
    return Event(
        name=str(payload.get("name")).strip(),
        type=str(payload.get("type") or "event"),
        timestamp=number(payload.get("timestamp"), at),
        data=mapping(payload.get("data")),
        id=str(payload.get("id") or ""),
    )


def submit_form(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/forms/{form_id}/submit`."""
    data = mapping(call.payload.get("data"))
    workspace.forms.setdefault(call.params["form_id"], []).append(data)
    who = identifier({kind: data[kind] for kind in ("id", "email") if data.get(kind)})
    fields = {name: value for name, value in data.items() if name not in _FORM}
    return Effect(workspace.identify(who, fields, call.at)[1])


def merge(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/merge_customers`."""
    first, second = (identifier(mapping(call.payload.get(name))) for name in ("primary", "secondary"))
    return Effect(workspace.merge(first, second))


def metrics(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/metrics`, and the older `POST /api/v1/push/events`."""
    name = call.payload.get("metric") or call.payload.get("event")
    return Effect(report(workspace, str(call.payload.get("delivery_id")), str(name), call))


def report(workspace: Workspace, delivery_id: str, name: str, call: Call) -> Notes:
    """What became of a message, as its receiver's device tells it."""
    delivery = workspace.deliveries.get(delivery_id)
    if delivery is None:
        return ("dropped: there is no such delivery",)
    delivery.metrics.append((name, number(call.payload.get("timestamp"), call.at)))
    return ()


def unsubscribe(workspace: Workspace, call: Call) -> Effect:
    """`POST /unsubscribe/{delivery_id}`."""
    delivery = workspace.deliveries.get(call.params["delivery_id"])
    found = workspace.people.find(("cio_id", delivery.person)) if delivery else None
    if found is None:
        return Effect(("dropped: nobody got such a delivery",))
    found.attributes["unsubscribed"], found.stamps["unsubscribed"] = True, call.at
    found.events.append(Event("email_unsubscribed", "event", call.at, {"delivery_id": call.params["delivery_id"]}))
    return Effect()


def add_to_segment(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/segments/{segment_id}/add_customers`."""
    segment = workspace.segment(whole(call.params["segment_id"]))
    found, notes = _members(workspace, segment, call)
    segment.members.update(dict.fromkeys(found))
    return Effect(notes)


def remove_from_segment(workspace: Workspace, call: Call) -> Effect:
    """`POST /api/v1/segments/{segment_id}/remove_customers`."""
    segment = workspace.segment(whole(call.params["segment_id"]))
    found, notes = _members(workspace, segment, call)
    for each in found:
        segment.members.pop(each, None)
    return Effect(notes)


def region(workspace: Workspace, call: Call) -> Effect:
    """`GET /api/v1/accounts/region`."""
    return Effect(body={"url": call.base, "region": workspace.region, "environment_id": 1})


def _members(workspace: Workspace, segment: Segment, call: Call) -> tuple[list[str], Notes]:
    kind, ids = call.query.get("id_type", "id"), call.payload.get("ids")
    named = [str(each) for each in ids] if isinstance(ids, list) else []
    people = [workspace.people.find((kind, each.removeprefix("cio_") if kind == "cio_id" else each)) for each in named]
    found = [each.cio_id for each in people if each is not None]
    notes: Notes = ("made here: the segment was only named",) if segment.made_here and not segment.members else ()
    if len(found) < len(named):
        notes += (f"ignored: {len(named) - len(found)} of {len(named)} are nobody's {kind}",)
    return found, notes


def _who(call: Call) -> Identifier:
    return person(call.params["identifier"])


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
