"""Track v2: what each entity does to a workspace. A batch is a list of them."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api import track
from pytest_customerio.tools.sandbox.api.call import Call, Effect, Handler, mapping, number, truth
from pytest_customerio.tools.sandbox.workspace.objects import update
from pytest_customerio.tools.sandbox.workspace.people import SUPPRESSED, Event, Identifier
from pytest_customerio.tools.sandbox.workspace.relationships import UNKNOWN, identifier, key, relate, relate_people
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def person_identify(workspace: Workspace, call: Call) -> Effect:
    """Add or update a person."""
    attributes = mapping(call.payload.get("attributes"))
    at, create = number(call.payload.get("timestamp"), call.at), not truth(attributes.get("_update"))
    found, notes = workspace.identify(_who(call), attributes, at, create=create)
    if found is not None:
        notes += relate(workspace, found, call.payload.get("cio_relationships"))
    return Effect(notes)


def person_delete(workspace: Workspace, call: Call) -> Effect:
    """Delete a person."""
    return Effect(workspace.delete(_who(call)))


def person_suppress(workspace: Workspace, call: Call) -> Effect:
    """Delete a person for good."""
    return Effect(workspace.suppress(_who(call)))


def person_unsuppress(workspace: Workspace, call: Call) -> Effect:
    """Let an identifier back in."""
    return Effect(workspace.people.unsuppress(_who(call)))


def person_event(workspace: Workspace, call: Call) -> Effect:
    """Something that a person did, or a visitor."""
    return _event(workspace, call, "event")


def person_page(workspace: Workspace, call: Call) -> Effect:
    """A page that a person saw."""
    return _event(workspace, call, "page")


def person_screen(workspace: Workspace, call: Call) -> Effect:
    """A screen that a person saw."""
    return _event(workspace, call, "screen")


def person_add_device(workspace: Workspace, call: Call) -> Effect:
    """Add or update a device; its key is `token` here."""
    device = mapping(call.payload.get("device"))
    known = {name: value for name, value in device.items() if name != "token"}
    return Effect(workspace.add_device(_who(call), str(device.get("token")), known))


def person_delete_device(workspace: Workspace, call: Call) -> Effect:
    """Remove a device."""
    return Effect(workspace.delete_device(_who(call), str(mapping(call.payload.get("device")).get("token"))))


def person_merge(workspace: Workspace, call: Call) -> Effect:
    """Merge two people."""
    return track.merge(workspace, call)


def person_add_relationships(workspace: Workspace, call: Call) -> Effect:
    """Relate a person to objects."""
    who = _who(call)
    if workspace.people.is_suppressed(who):
        return Effect((SUPPRESSED,))
    found, notes = workspace.people.sure(who)
    return Effect(notes + relate(workspace, found, call.payload.get("cio_relationships")) if found else notes)


def person_delete_relationships(workspace: Workspace, call: Call) -> Effect:
    """End relationships of a person."""
    found = workspace.people.find(_who(call))
    if found is None:
        return Effect(("nothing to do: there is no such person",))
    return Effect(relate(workspace, found, call.payload.get("cio_relationships"), end=True))


def object_identify(workspace: Workspace, call: Call) -> Effect:
    """Add or update an object, and relate people to it."""
    thing = workspace.things.sure(_key(call))
    if thing is None:
        return Effect((UNKNOWN,))
    update(thing.attributes, mapping(call.payload.get("attributes")))
    return Effect(relate_people(workspace, thing, call.payload.get("cio_relationships")))


def object_delete(workspace: Workspace, call: Call) -> Effect:
    """Delete an object."""
    thing = workspace.things.find(_key(call))
    if thing is None:
        return Effect(("nothing to do: there is no such object",))
    workspace.things.delete(thing)
    return Effect()


def object_delete_relationships(workspace: Workspace, call: Call) -> Effect:
    """End relationships of an object."""
    thing = workspace.things.find(_key(call))
    if thing is None:
        return Effect(("nothing to do: there is no such object",))
    return Effect(relate_people(workspace, thing, call.payload.get("cio_relationships"), end=True))


def delivery_event(workspace: Workspace, call: Call) -> Effect:
    """What became of a message."""
    return Effect(track.report(workspace, _who(call)[1], str(call.payload.get("name")), call))


def _event(workspace: Workspace, call: Call, kind: str) -> Effect:
    who = _who(call)
    event = Event(
        name=str(call.payload.get("name")).strip(),
        type=kind,
        timestamp=number(call.payload.get("timestamp"), call.at),
        data=mapping(call.payload.get("attributes")),
        id=str(call.payload.get("id") or ""),
    )
    return Effect(workspace.visit(who[1], event) if who[0] == "anonymous_id" else workspace.event(who, event))


def _who(call: Call) -> Identifier:
    return identifier(mapping(call.payload.get("identifiers")))


def _key(call: Call) -> tuple[str, str]:
    return key(mapping(call.payload.get("identifiers")))


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
