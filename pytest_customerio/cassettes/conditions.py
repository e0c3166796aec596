"""What a request must be like so that an error case can happen to it. A cassette names these conditions in `when`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from pytest_customerio.contract.auth import service_account
from pytest_customerio.core.model import WireRequest
from pytest_customerio.core.operation import Operation

# Kinds of payload whose members are not read here: a condition about a member is taken to hold.
_UNKNOWN = ("form", "multipart", "text", "unreadable")
_STRICT = ("1", "true")
STRICT_MODE = "the header X-Strict-Mode: 1 (without it Pipelines answers 200 and drops the payload: 200-dropped)"
_EMAILS = ("email", "to")
_TIMES = ("timestamp", "_timestamp", "created_at", "send_at", "last_used")
# Members of a payload whose own members the service reads. `attributes` are those of a person or object: the
# attributes of an event are the application's own.
_CONTAINERS = ("identifiers", "primary", "secondary", "data", "device", "traits")


class Condition(NamedTuple):
    """One property of a request. `text` completes the sentence "it takes …"; `holds` decides."""

    text: str
    holds: Callable[[Operation, WireRequest], bool]


def strict(request: WireRequest) -> bool:
    """Whether the request asks Pipelines to answer with an error where it would drop the payload."""
    return request.headers.get("x-strict-mode", "").strip() in _STRICT


def lacking(when: Mapping[str, str], operation: Operation, request: WireRequest) -> str:
    """What the case takes and the request has not; empty where the case can happen to the request."""
    return next((CONDITIONS[name].text for name in when if not CONDITIONS[name].holds(operation, request)), "")


def _has_email(operation: Operation, request: WireRequest) -> bool:
    addressed = "@" in unquote(urlsplit(request.url).path)
    return addressed or _has(operation, request, lambda name, _: name in _EMAILS)


def _has_time(operation: Operation, request: WireRequest) -> bool:
    return _has(operation, request, lambda name, _: name in _TIMES)


def _has_text_attribute(operation: Operation, request: WireRequest) -> bool:
    """A number cannot be too long. Where the value is null here, it may be a text in another call."""
    payload = request.payload
    given = payload.value if operation.surface == "track" else _member(payload.value, "attributes")
    named = given.values() if isinstance(given, Mapping) else ()
    return payload.kind in _UNKNOWN or any(not isinstance(value, int | float) for value in named)


def _has_id(operation: Operation, request: WireRequest) -> bool:
    return request.payload.kind in _UNKNOWN or _member(request.payload.value, "id") is not None


def _has_recipients(operation: Operation, request: WireRequest) -> bool:
    return request.payload.kind in _UNKNOWN or _member(request.payload.value, "recipients") is not None


def _has_event_data(operation: Operation, request: WireRequest) -> bool:
    value = request.payload.value
    return request.payload.kind in _UNKNOWN or (isinstance(value, Mapping) and "data" in value)


def _without_workspace(operation: Operation, request: WireRequest) -> bool:
    headers = request.headers
    return service_account(headers.get("authorization")) and not headers.get("x-workspace-id", "").strip()


def _has(operation: Operation, request: WireRequest, wanted: Callable[[str, Any], bool]) -> bool:
    """Whether the payload has such a member where the service reads it, whatever its value."""
    payload = request.payload
    return payload.kind in _UNKNOWN or any(wanted(name, value) for name, value in _members(operation, payload.value))


def _members(operation: Operation, value: Any) -> Iterator[tuple[str, Any]]:
    read = (*_CONTAINERS, "attributes") if operation.name.endswith("identify") else _CONTAINERS
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        yield name, inner
        if name in read and isinstance(inner, Mapping):
            yield from inner.items()


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


CONDITIONS: Mapping[str, Condition] = {
    "strict-mode": Condition(STRICT_MODE, lambda _, request: strict(request)),
    "no-strict-mode": Condition("a request without X-Strict-Mode: 1", lambda _, request: not strict(request)),
    "email": Condition("an e-mail address", _has_email),
    "time": Condition("a timestamp", _has_time),
    "text-attribute": Condition("an attribute that is a text", _has_text_attribute),
    "body-id": Condition("an id in the body", _has_id),
    "recipients": Condition("the member recipients", _has_recipients),
    "event-data": Condition("event data (the member data)", _has_event_data),
    "several-items": Condition("a batch of several items", lambda _, request: len(request.payload.batch) > 1),
    "service-account": Condition("a service-account token (sa_live_…) without X-Workspace-Id", _without_workspace),
}
