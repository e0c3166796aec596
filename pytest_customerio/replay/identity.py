"""The identity of a request and of its messages: the same in each attempt, without what an attempt makes anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pytest_customerio.contract.events import EVENTS
from pytest_customerio.core.model import WireRequest
from pytest_customerio.core.observation import Message
from pytest_customerio.core.operation import Operation

# Members that belong to one attempt, not to the message: they may differ.
OF_THE_ATTEMPT = frozenset({"sentAt"})
# A retry that makes one of these members anew changes the payload. The OUTER ones count only at the top of a message:
# inside its data, they are the application's own.
IDS = frozenset({"messageId"})
OUTER_IDS = frozenset({"message_id", "event_id", "idempotency_key", "idempotencyKey", "dedupe_id"})
TIMES = frozenset({"timestamp", "originalTimestamp"})
OUTER_TIMES = frozenset({"_timestamp", "send_at"})
COUNTERS = frozenset({"attempt", "retries", "retry", "retryCount", "retry_count", "retried_at"})
ANEW = IDS | TIMES | COUNTERS
OUTER_ANEW = ANEW | OUTER_IDS | OUTER_TIMES
OWN_IDS = frozenset({"id"}) | OUTER_IDS
LEFT_OUT = ANEW | OF_THE_ATTEMPT

SENDS = ("app.send_", "app.trigger_broadcast")
# The dedupe ids of Customer.io: `id` in Track, `messageId` in Pipelines.
KEYS = ("id", "messageId")
# The start of a likeness without the name of the event: it counts if the name was wrong.
UNNAMED = "unnamed "
# The action, as Track v2 names it, of each operation of Track v1.
_V1_ACTIONS = {"track.identify": "identify", "track.event": "event", "track.delete": "delete"}
_SURFACES_OF_MESSAGES = ("track_v2", "pipelines")


def messages(operation: Operation, request: WireRequest) -> tuple[Message, ...]:
    """The messages of a request, in order: one message, or those of its batch.

    A message of Track v2 or Pipelines has the same identity alone and in a batch of any size. The host does not count,
    because a redirect to the other region changes it.
    """
    payload = request.payload.value
    items = payload.get("batch") if operation.name == "batch" and isinstance(payload, dict) else None
    if isinstance(items, list) and items:
        return tuple(_message(operation, request, item, str(_member(item, "type"))) for item in items)
    return (_message(operation, request, payload, operation.name),)


def whole(said: tuple[Message, ...], *, timed: bool = False) -> str:
    """The identity of the whole request; with `timed` another timestamp makes another request.

    Equal requests of several chains have different identities.
    """
    identity = "\n\n".join(
        "\n".join((one.identity, *(value for path, value in one.anew if timed and _last(path) in TIMES)))
        for one in said
    )
    chains = [one.chain for one in said]
    return f"{identity}\n\n{chains}" if any(chains) else identity


def changed(before: Message, after: Message) -> tuple[str, ...]:
    """The names of the members that differ between two attempts of one message, each name once."""
    first, second = dict(before.anew), dict(after.anew)
    return tuple(dict.fromkeys(_last(p) for p in (*first, *second) if first.get(p) != second.get(p)))


def ids(message: Message) -> tuple[tuple[str, str], ...]:
    """The dedupe ids of a message: those of the service, and the application's own at its top."""
    return tuple((path, value) for path, value in message.anew if path in OWN_IDS or _last(path) in IDS)


def _message(operation: Operation, request: WireRequest, payload: Any, kind: str) -> Message:
    alone = operation.surface not in _SURFACES_OF_MESSAGES
    action = _member(payload, "action") if operation.surface == "track_v2" else kind
    event = action in EVENTS
    if operation.surface == "pipelines" and isinstance(payload, dict):  # the path of a single call holds the type, too
        payload = {key: value for key, value in payload.items() if key != "type"}
    try:
        stable, anew = _split(payload, event=event)
        text = dumps(stable, sort_keys=True, default=str)
    except (ValueError, RecursionError):
        text, anew = repr(request.body), ()
    url = urlsplit(request.url)
    place = f"{operation.id} {request.method} {url.path}?{url.query}" if alone else operation.surface
    place += f" {action}" if operation.surface == "pipelines" else ""
    twice: Literal["send", "event", ""] = "send" if operation.id.startswith(SENDS) else "event" if event else ""
    keyed = any(path in KEYS and value not in ('""', "null") for path, value in anew)
    return Message(f"{place}\n{text}", anew, frozenset(_likeness(operation, url.path, payload)), twice, keyed)


def _split(payload: Any, *, event: bool) -> tuple[Any, tuple[tuple[str, str], ...]]:
    """A payload without the members that an attempt may make anew, and those members."""
    if not isinstance(payload, dict):
        return payload, ()
    outer = OUTER_ANEW | {"id"} if event else OUTER_ANEW
    anew = {key: dumps(value, default=str) for key, value in payload.items() if key in outer}
    left_out = outer | OF_THE_ATTEMPT
    stable = {key: _without(value, anew, key) for key, value in payload.items() if key not in left_out}
    return stable, tuple(sorted(anew.items()))


def _without(value: Any, anew: dict[str, str], path: str) -> Any:
    if isinstance(value, dict):
        found = {key: inner for key, inner in value.items() if key in ANEW}
        anew.update({f"{path}.{key}": dumps(inner, default=str) for key, inner in found.items()})
        rest = {key: inner for key, inner in value.items() if key not in LEFT_OUT}
        return {key: _without(inner, anew, f"{path}.{key}") for key, inner in rest.items()}
    if isinstance(value, list):
        return [_without(inner, anew, f"{path}.{index}") for index, inner in enumerate(value)]
    # A number that was stored meanwhile may come back as 10.0, which is the same in JSON.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _likeness(operation: Operation, path: str, payload: Any) -> Iterator[str]:
    """What a repaired payload has in common with the rejected one: the person, or the attributes."""
    if operation.id in _V1_ACTIONS:
        action = _V1_ACTIONS[operation.id]
        who = unquote(path.rpartition("/customers/")[2].partition("/")[0])
        yield from _subject(f"person {action} {who}", _member(payload, "name") if action == "event" else "")
    elif operation.surface == "track_v2" and isinstance(payload, Mapping):
        what = f"{payload.get('type')} {payload.get('action')}"
        named = payload.get("identifiers")
        for who in named.values() if isinstance(named, dict) else ():
            yield from _subject(f"{what} {who}", payload.get("name"))
        if payload.get("attributes"):
            yield f"{what} {dumps(payload['attributes'], sort_keys=True, default=str)}"


def _subject(whom: str, name: object) -> tuple[str, str]:
    return f"{whom} {name or ''}", f"{UNNAMED}{whom}"


def _member(payload: Any, key: str) -> Any:
    return payload.get(key) if isinstance(payload, dict) else None


def _last(path: str) -> str:
    return path.rpartition(".")[2]
