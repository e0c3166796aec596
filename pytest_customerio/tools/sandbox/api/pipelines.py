"""Pipelines: what each of its calls does to a workspace. A batch is a list of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pytest_customerio.tools.sandbox.api import track
from pytest_customerio.tools.sandbox.api.call import Call, Effect, Handler, mapping
from pytest_customerio.tools.sandbox.workspace.objects import Key, update
from pytest_customerio.tools.sandbox.workspace.people import Event, Identifier, Notes
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_VISITOR = "belongs to nobody yet: only anonymousId says who it is"


def identify(workspace: Workspace, call: Call) -> Effect:
    """Add or update a person."""
    traits = mapping(call.payload.get("traits"))
    who = _who(call)
    if who is None and not traits.get("email"):
        return Effect((_VISITOR,))
    visitor = call.payload.get("anonymousId")
    given = {**traits, **({"anonymous_id": visitor} if visitor else {})}
    return Effect(workspace.identify(who or ("email", str(traits["email"])), given, _at(call))[1])


def track_event(workspace: Workspace, call: Call) -> Effect:
    """Something that a person did; some names act on the person or object instead."""
    name = str(call.payload.get("event")).strip()
    acting = _SEMANTIC.get(name)
    if acting is not None:
        return Effect(acting(workspace, call))
    return _event(workspace, call, name, "event")


def page(workspace: Workspace, call: Call) -> Effect:
    """A page that a person saw."""
    return _event(workspace, call, str(call.payload.get("name") or ""), "page")


def screen(workspace: Workspace, call: Call) -> Effect:
    """A screen that a person saw."""
    return _event(workspace, call, str(call.payload.get("name") or ""), "screen")


def group(workspace: Workspace, call: Call) -> Effect:
    """Add or update an object, and relate a person to it."""
    traits = dict(mapping(call.payload.get("traits")))
    relationship = mapping(traits.pop("relationshipAttributes", None))
    thing = workspace.things.sure(_key(call))
    assert thing is not None
    update(thing.attributes, traits)
    who = _who(call)
    if who is None:
        return Effect()
    person, notes = workspace.people.sure(who)
    if person is not None:
        workspace.things.relate(person, thing, relationship)
    return Effect(notes)


def alias(workspace: Workspace, call: Call) -> Effect:
    """Two names of one person."""
    previous, current = (track.person(str(call.payload.get(name))) for name in ("previousId", "userId"))
    return Effect(workspace.merge(current, previous))


def _event(workspace: Workspace, call: Call, name: str, kind: str) -> Effect:
    message, data = str(call.payload.get("messageId") or ""), mapping(call.payload.get("properties"))
    event, who = Event(name, kind, _at(call), data, message), _who(call)
    if who is None:
        return Effect((*workspace.visit(str(call.payload.get("anonymousId") or ""), event), _VISITOR))
    return Effect(workspace.event(who, event))


def _who(call: Call) -> Identifier | None:
    user = call.payload.get("userId")
    return track.person(str(user)) if user not in (None, "") else None


def _key(call: Call, given: Mapping[str, object] | None = None) -> Key:
    named = given or {**mapping(call.payload.get("properties")), **call.payload}
    kind = named.get("objectTypeId") or named.get("object_type_id") or "1"
    return str(kind), str(named.get("groupId") or named.get("objectId") or named.get("object_id") or "")


def _at(call: Call) -> int:
    given = call.payload.get("timestamp") or call.payload.get("originalTimestamp")
    try:
        return int(datetime.fromisoformat(str(given)).timestamp())
    except (ValueError, OverflowError):
        return call.at


def _user_deleted(workspace: Workspace, call: Call) -> Notes:
    return workspace.delete(_who(call) or ("id", ""))


def _user_suppressed(workspace: Workspace, call: Call) -> Notes:
    return workspace.suppress(_who(call) or ("id", ""))


def _user_unsuppressed(workspace: Workspace, call: Call) -> Notes:
    return workspace.people.unsuppress(_who(call) or ("id", ""))


def _device(call: Call) -> Mapping[str, object]:
    return mapping(mapping(call.payload.get("context")).get("device"))


def _device_set(workspace: Workspace, call: Call) -> Notes:
    device = _device(call)
    known = {"platform": str(device.get("type") or ""), "attributes": mapping(call.payload.get("properties"))}
    return workspace.add_device(_who(call) or ("id", ""), str(device.get("token")), known)


def _device_deleted(workspace: Workspace, call: Call) -> Notes:
    return workspace.delete_device(_who(call) or ("id", ""), str(_device(call).get("token")))


def _object_deleted(workspace: Workspace, call: Call) -> Notes:
    thing = workspace.things.find(_key(call))
    if thing is None:
        return ("nothing to do: there is no such object",)
    workspace.things.delete(thing)
    return ()


def _relationship_deleted(workspace: Workspace, call: Call) -> Notes:
    thing, who = workspace.things.find(_key(call)), _who(call)
    person = workspace.people.find(who) if who else None
    if thing is None or person is None:
        return ("nothing to do: there is no such relationship",)
    return workspace.things.unrelate(person, thing)


# docs.customer.io/integrations/api/cdp: names that act.
_SEMANTIC = {
    "User Deleted": _user_deleted,
    "User Suppressed": _user_suppressed,
    "User Unsuppressed": _user_unsuppressed,
    "Device Created or Updated": _device_set,
    "Device Deleted": _device_deleted,
    "Object Deleted": _object_deleted,
    "Relationship Deleted": _relationship_deleted,
}
HANDLERS: Mapping[str, Handler] = {
    "pipelines.identify": identify,
    "pipelines.track": track_event,
    "pipelines.page": page,
    "pipelines.screen": screen,
    "pipelines.group": group,
    "pipelines.alias": alias,
}
