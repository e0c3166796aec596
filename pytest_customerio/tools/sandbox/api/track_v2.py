"""Track v2: what each entity does to a workspace. The dispatcher takes a batch apart into entities."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api import track
from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import flag, integer, mapping
from pytest_customerio.tools.sandbox.workspace.people.objects import ObjectKey
from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Identifier
from pytest_customerio.tools.sandbox.workspace.people.relationships import (
    UNKNOWN_OBJECT,
    parse_identifier,
    parse_object_key,
    relate_objects,
    relate_people,
)
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

NO_OBJECT = "nothing to do: there is no such object"


def person_identify(workspace: Workspace, call: Call) -> CallResult:
    """Add or update a person."""
    attributes = mapping(call.payload.get("attributes"))
    at, create = integer(call.payload.get("timestamp"), call.at), not flag(attributes.get("_update"))
    person, notes = workspace.identify(_identifier(call), attributes, at, create=create)
    if person is not None:
        notes += relate_objects(workspace, person, call.payload.get("cio_relationships"))
    return CallResult(notes)


def person_delete(workspace: Workspace, call: Call) -> CallResult:
    """Delete a person."""
    return CallResult(workspace.delete(_identifier(call)))


def person_suppress(workspace: Workspace, call: Call) -> CallResult:
    """Delete a person, and ignore the person's identifiers from now on."""
    return CallResult(workspace.suppress(_identifier(call)))


def person_unsuppress(workspace: Workspace, call: Call) -> CallResult:
    """End the suppression of an identifier."""
    return CallResult(workspace.people.unsuppress(_identifier(call)))


def person_event(workspace: Workspace, call: Call) -> CallResult:
    """Add an event to a person or to an anonymous visitor."""
    return _event(workspace, call, "event")


def person_page(workspace: Workspace, call: Call) -> CallResult:
    """Add a page view."""
    return _event(workspace, call, "page")


def person_screen(workspace: Workspace, call: Call) -> CallResult:
    """Add a screen view."""
    return _event(workspace, call, "screen")


def person_viewed_content(workspace: Workspace, call: Call) -> CallResult:
    """Add a view of content of an in-app message."""
    return _event(workspace, call, "event")


def person_clicked_content(workspace: Workspace, call: Call) -> CallResult:
    """Add a click on content of an in-app message."""
    return _event(workspace, call, "event")


def person_add_device(workspace: Workspace, call: Call) -> CallResult:
    """Add or update a device. Track v2 names it by `token`, Track v1 by `id`."""
    device = mapping(call.payload.get("device"))
    known = {name: value for name, value in device.items() if name != "token"}
    return CallResult(workspace.add_device(_identifier(call), str(device.get("token")), known))


def person_delete_device(workspace: Workspace, call: Call) -> CallResult:
    """Remove a device."""
    return CallResult(workspace.delete_device(_identifier(call), str(mapping(call.payload.get("device")).get("token"))))


def person_merge(workspace: Workspace, call: Call) -> CallResult:
    """Merge two people."""
    return track.merge(workspace, call)


def person_add_relationships(workspace: Workspace, call: Call) -> CallResult:
    """Relate a person to objects."""
    identifier = _identifier(call)
    if workspace.people.is_suppressed(identifier):
        return CallResult((SUPPRESSED,))
    person, notes = workspace.people.find_or_create(identifier)
    if person is not None:
        notes += relate_objects(workspace, person, call.payload.get("cio_relationships"))
    return CallResult(notes)


def person_delete_relationships(workspace: Workspace, call: Call) -> CallResult:
    """End relationships of a person."""
    person = workspace.people.find(_identifier(call))
    if person is None:
        return CallResult(("nothing to do: there is no such person",))
    return CallResult(relate_objects(workspace, person, call.payload.get("cio_relationships"), end=True))


def object_identify(workspace: Workspace, call: Call) -> CallResult:
    """Add or update an object, and relate people to it."""
    target = workspace.objects.find_or_create(_object_key(call))
    if target is None:
        return CallResult((UNKNOWN_OBJECT,))
    workspace.objects.update(target, mapping(call.payload.get("attributes")))
    return CallResult(relate_people(workspace, target, call.payload.get("cio_relationships")))


def object_delete(workspace: Workspace, call: Call) -> CallResult:
    """Delete an object."""
    target = workspace.objects.find(_object_key(call))
    if target is None:
        return CallResult((NO_OBJECT,))
    workspace.objects.delete(target)
    return CallResult()


def object_delete_relationships(workspace: Workspace, call: Call) -> CallResult:
    """End relationships of an object."""
    target = workspace.objects.find(_object_key(call))
    if target is None:
        return CallResult((NO_OBJECT,))
    return CallResult(relate_people(workspace, target, call.payload.get("cio_relationships"), end=True))


def delivery_event(workspace: Workspace, call: Call) -> CallResult:
    """Add a metric to a message."""
    return CallResult(track.add_metric(workspace, _identifier(call)[1], str(call.payload.get("name")), call))


def _event(workspace: Workspace, call: Call, kind: str) -> CallResult:
    identifier = _identifier(call)
    event = Event(
        name=str(call.payload.get("name")).strip(),
        type=kind,
        timestamp=integer(call.payload.get("timestamp"), call.at),
        data=mapping(call.payload.get("attributes")),
        id=str(call.payload.get("id") or ""),
    )
    if identifier[0] == "anonymous_id":
        return CallResult(workspace.add_visitor_event(identifier[1], event))
    return CallResult(workspace.add_event(identifier, event))


def _identifier(call: Call) -> Identifier:
    return parse_identifier(mapping(call.payload.get("identifiers")))


def _object_key(call: Call) -> ObjectKey:
    return parse_object_key(mapping(call.payload.get("identifiers")))


HANDLERS: Mapping[str, Handler] = {
    f"track_v2.{handler.__name__}": handler
    for handler in (
        person_identify,
        person_delete,
        person_suppress,
        person_unsuppress,
        person_event,
        person_page,
        person_screen,
        person_viewed_content,
        person_clicked_content,
        person_add_device,
        person_delete_device,
        person_merge,
        person_add_relationships,
        person_delete_relationships,
        object_identify,
        object_delete,
        object_delete_relationships,
        delivery_event,
    )
} | {"track_v2.object_identify_anonymous": object_identify, "track_v2.object_add_relationships": object_identify}
