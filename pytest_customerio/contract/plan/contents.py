"""What a request carries of the project's own: events, the attributes of a person, the data of messages.

Names and members that Customer.io defines are none of the project's: they are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Literal, NamedTuple

Json = Any
Kind = Literal["event", "attributes", "message", "broadcast"]
KINDS: tuple[Kind, ...] = ("event", "attributes", "message", "broadcast")
_NOTHING: Mapping[str, str] = {}
# Events of these types have an address or the title of a screen for a name.
_VIEWS = ("page", "screen")
# Events of Pipelines that Customer.io acts on, with data that it defines
# (docs.customer.io/integrations/data-in/semantic-events).
_SEMANTIC = frozenset(
    {
        "User Deleted",
        "User Suppressed",
        "User Unsuppressed",
        "Device Created or Updated",
        "Device Deleted",
        "Object Deleted",
        "Relationship Deleted",
        "Report Delivery Event",
        "Report Content Event",
    }
)
# Members beside a person's attributes that identify the person, or that Customer.io reads as commands. All names with
# `cio_` are Customer.io's too.
_NO_ATTRIBUTES = frozenset({"id", "anonymous_id", "_update", "_timestamp", "unsubscribed"})
_RESERVED = "cio_"
BROADCAST = "app.trigger_broadcast"
# The most entries of a batch, or of the data of single people, that are looked at.
_MOST = 1000


class Content(NamedTuple):
    """One event, the attributes of one person, or the data of one message or broadcast.

    `name` is the event's name or the id of the message; attributes have none. `data` stands at the JSON path `where` of
    the payload, the name at `name_at`. `data` must not be changed.
    """

    kind: Kind
    name: str
    data: Mapping[str, Json]
    where: str
    name_at: str = ""

    @property
    def key(self) -> tuple[Kind, str]:
        """What names its schema in a plan."""
        return self.kind, self.name


Found = Iterable[Content]
Reader = Callable[[Mapping[str, Json], str], Found]


def contents(operation: str, payload: object, params: Mapping[str, str] = _NOTHING) -> tuple[Content, ...]:
    """What the payload of an operation carries, in order. `params` are the parameters of the path."""
    if not isinstance(payload, dict):
        return ()
    read = _READERS.get(operation)
    if read is not None:
        return tuple(read(payload, "$"))
    if operation.startswith("app.send_"):
        return tuple(_message(payload))
    if operation == BROADCAST:
        return tuple(_broadcast(payload, next(iter(params.values()), "")))
    return ()


def message_id(value: object) -> str:
    """The id of a message as plans name it: a number as text, and a trigger name without its capitals."""
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip().lower() if is_id else ""


def _event(payload: Mapping[str, Json], root: str) -> Found:
    """An event of the Track API, which trims the name."""
    return () if payload.get("type") in _VIEWS else _named(payload, root, "name", "data", trimmed=True)


def _entity_event(payload: Mapping[str, Json], root: str) -> Found:
    return _named(payload, root, "name", "attributes", trimmed=True)


def _track(payload: Mapping[str, Json], root: str) -> Found:
    event = payload.get("event")
    is_own = not (isinstance(event, str) and event.strip() in _SEMANTIC)
    return _named(payload, root, "event", "properties", trimmed=False) if is_own else ()


def _named(payload: Mapping[str, Json], root: str, name: str, data: str, *, trimmed: bool) -> Found:
    given, carried = payload.get(name), payload.get(data)
    carried = {} if carried is None else carried
    if isinstance(given, str) and given.strip() and isinstance(carried, dict):
        yield Content("event", given.strip() if trimmed else given, carried, f"{root}.{data}", f"{root}.{name}")


def _identify(payload: Mapping[str, Json], root: str) -> Found:
    """The person of the Track API's first version: the attributes stand at the top."""
    return _attributes(payload, root)


def _entity_identify(payload: Mapping[str, Json], root: str) -> Found:
    return _attributes(payload.get("attributes"), f"{root}.attributes")


def _traits(payload: Mapping[str, Json], root: str) -> Found:
    return _attributes(payload.get("traits"), f"{root}.traits")


def _attributes(given: object, root: str) -> Found:
    if isinstance(given, dict):
        own = {name: value for name, value in given.items() if name not in _NO_ATTRIBUTES and name[:4] != _RESERVED}
        if own:
            yield Content("attributes", "", own, root)


def _message(payload: Mapping[str, Json]) -> Found:
    name, data = message_id(payload.get("transactional_message_id")), payload.get("message_data")
    data = {} if data is None else data
    if name and isinstance(data, dict):
        yield Content("message", name, data, "$.message_data", "$.transactional_message_id")


def _broadcast(payload: Mapping[str, Json], name: str) -> Found:
    """The data of a broadcast. What single people get is judged together with what all of them get."""
    data, people = payload.get("data"), payload.get("per_user_data")
    data = {} if data is None else data
    if not (name and isinstance(data, dict)):
        return
    if not isinstance(people, list) or not people:
        yield Content("broadcast", name, data, "$.data")
        return
    for index, one in enumerate(people[:_MOST]):
        own = one.get("data") if isinstance(one, dict) else None
        if own is None or isinstance(own, dict):
            yield Content("broadcast", name, {**data, **(own or {})}, f"$.per_user_data[{index}].data")


def _entities(payload: Mapping[str, Json], root: str) -> Iterator[Content]:
    for place, entry in _entries(payload, root):
        action = entry.get("action") if entry.get("type") == "person" else None
        read = _BY_ACTION.get(action) if isinstance(action, str) else None
        yield from read(entry, place) if read is not None else ()


def _calls(payload: Mapping[str, Json], root: str) -> Iterator[Content]:
    for place, entry in _entries(payload, root):
        kind = entry.get("type")
        read = _BY_TYPE.get(kind) if isinstance(kind, str) else None
        yield from read(entry, place) if read is not None else ()


def _entries(payload: Mapping[str, Json], root: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    batch = payload.get("batch")
    for index, entry in enumerate(islice(batch, _MOST) if isinstance(batch, list) else ()):
        if isinstance(entry, dict):
            yield f"{root}.batch[{index}]", entry


_BY_ACTION: Mapping[str, Reader] = {"event": _entity_event, "identify": _entity_identify}
_BY_TYPE: Mapping[str, Reader] = {"track": _track, "identify": _traits}
_READERS: Mapping[str, Reader] = {
    "track.event": _event,
    "track.anonymous_event": _event,
    "track.identify": _identify,
    "track_v2.person_event": _entity_event,
    "track_v2.person_identify": _entity_identify,
    "track_v2.batch": _entities,
    "pipelines.track": _track,
    "pipelines.identify": _traits,
    "pipelines.batch": _calls,
}
