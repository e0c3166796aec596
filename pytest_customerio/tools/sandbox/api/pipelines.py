"""Pipelines: what each of its calls does to a workspace. The dispatcher takes a batch apart into such calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from pytest_customerio.tools.sandbox.api import track
from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.workspace.people.objects import ObjectKey
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Identifier, Notes
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# The official SDKs send the first one at the top of a payload (customerio-node), docs.customer.io/files/pipelines.json
# has the second one in the traits of a group.
_TYPE_NAMES = ("objectTypeId", "object_type_id")
_ANONYMOUS = "belongs to nobody yet: only anonymousId says who it is"


def identify(workspace: Workspace, call: Call) -> CallResult:
    """Add or update a person."""
    traits = mapping(call.payload.get("traits"))
    identifier = _identifier(call)
    if identifier is None and not traits.get("email"):
        return CallResult((_ANONYMOUS,))
    visitor = call.payload.get("anonymousId")
    given = {**traits, **({"anonymous_id": visitor} if visitor else {})}
    return CallResult(workspace.identify(identifier or ("email", str(traits["email"])), given, _time(call))[1])


def track_event(workspace: Workspace, call: Call) -> CallResult:
    """Add an event to a person; an event with a semantic name changes a person or an object instead."""
    name = str(call.payload.get("event")).strip()
    semantic = SEMANTIC_EVENTS.get(name)
    if semantic is not None:
        return CallResult(semantic(workspace, call))
    return _event(workspace, call, name, "event")


def page(workspace: Workspace, call: Call) -> CallResult:
    """Add a page view."""
    return _event(workspace, call, str(call.payload.get("name") or ""), "page")


def screen(workspace: Workspace, call: Call) -> CallResult:
    """Add a screen view."""
    return _event(workspace, call, str(call.payload.get("name") or ""), "screen")


def group(workspace: Workspace, call: Call) -> CallResult:
    """Add or update an object, and relate a person, or an anonymous visitor, to it."""
    traits = dict(mapping(call.payload.get("traits")))
    relationship = mapping(traits.pop("relationshipAttributes", None))
    target = workspace.objects.find_or_create(_object_key(call))
    assert target is not None  # a key with an object type is always created
    workspace.objects.update(target, {name: value for name, value in traits.items() if name not in _TYPE_NAMES})
    identifier, visitor = _identifier(call), call.payload.get("anonymousId")
    if identifier is None:
        if isinstance(visitor, str) and visitor:
            workspace.objects.relate_visitor(visitor, target)
        return CallResult((_ANONYMOUS,) if visitor else ())
    person, notes = workspace.people.find_or_create(identifier)
    if person is not None:
        workspace.objects.relate(person, target, relationship)
    return CallResult(notes)


def alias(workspace: Workspace, call: Call) -> CallResult:
    """Merge the person with the previous id into the person with the current id."""
    previous, current = (track.parse_path_identifier(str(call.payload.get(name))) for name in ("previousId", "userId"))
    return CallResult(workspace.merge(current, previous))


def _event(workspace: Workspace, call: Call, name: str, kind: str) -> CallResult:
    message, data = str(call.payload.get("messageId") or ""), mapping(call.payload.get("properties"))
    event, identifier = Event(name, kind, _time(call), data, message), _identifier(call)
    if identifier is None:
        visitor = str(call.payload.get("anonymousId") or "")
        notes = () if visitor in workspace.visitors.people else (_ANONYMOUS,)
        return CallResult(workspace.add_visitor_event(visitor, event) + notes)
    return CallResult(workspace.add_event(identifier, event))


def _identifier(call: Call) -> Identifier | None:
    user = call.payload.get("userId")
    return track.parse_path_identifier(str(user)) if user not in (None, "") else None


def _object_key(call: Call) -> ObjectKey:
    """The key of the object that the payload names: at its top, in its traits or in its properties."""
    named = {**mapping(call.payload.get("properties")), **mapping(call.payload.get("traits")), **call.payload}
    kind = next((named[name] for name in _TYPE_NAMES if named.get(name)), "1")
    return str(kind), str(named.get("groupId") or named.get("objectId") or named.get("object_id") or "")


def _time(call: Call) -> int:
    given = call.payload.get("timestamp") or call.payload.get("originalTimestamp")
    try:
        return int(datetime.fromisoformat(str(given)).timestamp())
    except (ValueError, OverflowError):
        return call.at


# In place of a missing userId.
_NOBODY = ("id", "")


def _user_deleted(workspace: Workspace, call: Call) -> Notes:
    return workspace.delete(_identifier(call) or _NOBODY)


def _user_suppressed(workspace: Workspace, call: Call) -> Notes:
    return workspace.suppress(_identifier(call) or _NOBODY)


def _user_unsuppressed(workspace: Workspace, call: Call) -> Notes:
    return workspace.people.unsuppress(_identifier(call) or _NOBODY)


def _device(call: Call) -> Mapping[str, object]:
    return mapping(mapping(call.payload.get("context")).get("device"))


def _device_set(workspace: Workspace, call: Call) -> Notes:
    device = _device(call)
    known = {"platform": str(device.get("type") or ""), "attributes": mapping(call.payload.get("properties"))}
    return workspace.add_device(_identifier(call) or _NOBODY, str(device.get("token")), known)


def _device_deleted(workspace: Workspace, call: Call) -> Notes:
    return workspace.delete_device(_identifier(call) or _NOBODY, str(_device(call).get("token")))


def _object_deleted(workspace: Workspace, call: Call) -> Notes:
    target = workspace.objects.find(_object_key(call))
    if target is None:
        return ("nothing to do: there is no such object",)
    workspace.objects.delete(target)
    return ()


def _delivery_reported(workspace: Workspace, call: Call) -> Notes:
    """What an SDK reports of a message: `opened` or `clicked`, or `delivered` by a phone."""
    reported = mapping(call.payload.get("properties"))
    delivery, metric = str(reported.get("deliveryId")), str(reported.get("metric"))
    return track.add_metric(workspace, delivery, metric, call._replace(payload={"timestamp": _time(call)}))


def _relationship_deleted(workspace: Workspace, call: Call) -> Notes:
    target, identifier = workspace.objects.find(_object_key(call)), _identifier(call)
    person = workspace.people.find(identifier) if identifier else None
    if target is None or person is None:
        return ("nothing to do: there is no such relationship",)
    return workspace.objects.unrelate(person, target)


# The semantic events of docs.customer.io/integrations/api/cdp, and the one by which the SDKs for browsers and phones
# report on a message (`src/plugins/in-app-plugin` of @customerio/cdp-analytics-browser).
SEMANTIC_EVENTS: Mapping[str, Callable[[Workspace, Call], Notes]] = {
    "User Deleted": _user_deleted,
    "User Suppressed": _user_suppressed,
    "User Unsuppressed": _user_unsuppressed,
    "Device Created or Updated": _device_set,
    "Device Deleted": _device_deleted,
    "Object Deleted": _object_deleted,
    "Report Delivery Event": _delivery_reported,
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
