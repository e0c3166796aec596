"""A logged request as an entry of the page: whom it is about, what it says, and how it was answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.answering.dispatcher import INJECTED
from pytest_customerio.tools.sandbox.answering.sdk_requests import SDK_OPERATIONS
from pytest_customerio.tools.sandbox.json_values import mapping, mappings
from pytest_customerio.tools.sandbox.pages.formatting import (
    MAX_SHOWN,
    ShownTime,
    shorten,
    show_payload,
    show_start,
    show_time,
)
from pytest_customerio.tools.sandbox.requests.request import ANY_HOST
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

Level = Literal["ok", "warning", "error", "fault"]
_CUSTOMER = re.compile(r"/customers/([^/?]+)")
_NO_CUSTOMER = "attributes"  # `POST /v1/customers/attributes` names no person in its path
_ANY_NAMES = ("email", "userId", "previousId", "anonymousId", "anonymous_id")
_NAMES = (*_ANY_NAMES, "to")
_PUSH = "app.send_push"  # whose `to` names devices
_KINDS = ("id", "email", "cio_id")
_IDENTIFIER_OBJECTS = ("identifiers", "primary", "secondary", "traits")
_TITLES = ("subject", "title", "event", "name", "transactional_message_id")
MOST_NOTES = 10
_MOST_NAMES = 50  # among which the three are that an entry shows
_MOST_COUNTED = 500  # entities of a batch


@dataclass(frozen=True, slots=True)
class Entry:
    """A request in the list.

    `level` says how it went, `people` whom it is about, `summary` what it says. `notes` are the first ones, and
    `more_notes` is how many more there are. `unsaid` are the notes on what the service would not have said, without the
    one on a requested fault. `complete` says whether `payload` is all of it.
    """

    number: int
    at: ShownTime
    operation: str
    method: str
    path: str
    status: str
    level: Level
    case: str
    source: str
    people: tuple[str, ...]
    summary: str
    notes: tuple[str, ...]
    more_notes: int
    unsaid: tuple[str, ...]
    violations: tuple[Violation, ...]
    payload: str
    complete: bool
    client: str


def make_entry(request: LoggedRequest, limit: int = MAX_SHOWN, most_notes: int = MOST_NOTES) -> Entry:
    """The entry of a request, with at most `limit` characters of its payload, and so many of its notes."""
    payload, complete = ("", True) if request.payload is None else show_payload(request.payload, limit)
    return Entry(
        number=request.number,
        at=show_time(request.at),
        operation=request.operation or "unknown call",
        method=request.method,
        path=shorten(request.path, 300),
        status=_status(request),
        level=level(request),
        case=request.case,
        source=request.source,
        people=_shown_people(request),
        summary=summarize(request),
        notes=request.notes[:most_notes],
        more_notes=max(0, len(request.notes) - most_notes),
        unsaid=tuple(each for each in request.notes[:4] if each != INJECTED)[:3],
        violations=shown_violations(request),
        payload=payload,
        complete=complete,
        client=shorten(request.client, 120),
    )


def _shown_people(request: LoggedRequest) -> tuple[str, ...]:
    """The first three names of people in a request."""
    return tuple(dict.fromkeys(shorten(each, 60) for each in islice(people_in(request), _MOST_NAMES)))[:3]


def _status(request: LoggedRequest) -> str:
    if request.status and not request.fault:
        return str(request.status)
    return (request.fault or "no answer").replace("-", " ")


def shown_violations(request: LoggedRequest) -> tuple[Violation, ...]:
    """The errors, then the warnings, without the host that stands for none."""
    shown = [each for each in request.violations if each.severity != "info"]
    ordered = sorted(shown, key=lambda each: each.severity != "error")
    return tuple(
        each._replace(got=each.got.replace(ANY_HOST, "")) if ANY_HOST in each.got else each for each in ordered
    )


def level(request: LoggedRequest) -> Level:
    """How a request went; a requested fault is not an error of the application."""
    if INJECTED in request.notes:
        return "fault"
    if request.fault or request.status >= 400 or any(each.severity == "error" for each in request.violations):
        return "error"
    return "warning" if any(each.severity == "warning" for each in request.violations) else "ok"


def has_problem(request: LoggedRequest) -> bool:
    """Whether a request counts as one that went wrong."""
    return level(request) != "ok"


def people_in(request: LoggedRequest) -> Iterator[str]:
    """Every name of a person in the path, the query and the payload."""
    path, _, query = request.path.partition("?")
    in_path = _CUSTOMER.search(path)
    if in_path and in_path[1] != _NO_CUSTOMER:
        yield unquote(in_path[1])
    yield from parse_qs(query).get("email", ())
    payload = mapping(request.payload)
    if request.operation == "track.identify":
        yield from _texts(payload, ("id",))
    for entity in (payload, *mappings(payload.get("batch"))):
        yield from _texts(entity, _ANY_NAMES if request.operation == _PUSH else _NAMES)
        for member in _IDENTIFIER_OBJECTS:
            yield from _texts(mapping(entity.get(member)), _KINDS)
        for related in mappings(entity.get("cio_relationships")):
            yield from _texts(mapping(related.get("identifiers")), _KINDS)
    for listed in (payload.get("ids"), payload.get("emails")):
        yield from (str(each) for each in (listed if isinstance(listed, list) else ()))


def summarize(request: LoggedRequest) -> str:
    """What a request says, in a few words."""
    if request.operation is None or request.operation in SDK_OPERATIONS:
        return shorten(f"{request.method} {request.path}", 80)
    payload, name = mapping(request.payload), request.operation.partition(".")[2]
    if name == "batch":
        return _summarize_batch(payload)
    for member in _TITLES:
        if isinstance(payload.get(member), str | int):
            return shorten(str(payload[member]), 80)
    if place := visited(mapping(payload.get("properties"))):
        return shorten(place, 80)
    known = mapping(payload.get("attributes")) or mapping(payload.get("traits")) or payload
    pairs = (f"{key}: {show_start(known[key], 24)}" for key in islice(known, 4))
    return shorten(", ".join(pairs), 80) if payload else ""


def visited(data: Mapping[str, Any]) -> str:
    """The place that a page view without a name was of."""
    return next((str(data[name]) for name in ("path", "url") if isinstance(data.get(name), str)), "")


def _texts(holder: Mapping[str, Any], members: tuple[str, ...]) -> Iterator[str]:
    for member in members:
        value = holder.get(member)
        if isinstance(value, str | int) and value != "":
            yield str(value)


def _summarize_batch(payload: Mapping[str, Any]) -> str:
    listed = mappings(payload.get("batch"))
    counted = listed[:_MOST_COUNTED]
    kinds = Counter("_".join(str(each[key]) for key in ("type", "action") if key in each) for each in counted)
    counts = ", ".join(f"{number} {shorten(kind, 24)}" for kind, number in kinds.most_common(4))
    part = f"of the first {_MOST_COUNTED} " if len(counted) < len(listed) else ""
    return f"{len(listed)} items: {part}{counts}" if listed else "no items"
