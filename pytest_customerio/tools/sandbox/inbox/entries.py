"""One received request as people read it: about whom, what it says, and what became of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.api.app_format import text
from pytest_customerio.tools.sandbox.api.call import items, mapping
from pytest_customerio.tools.sandbox.service.request import ANY_HOST
from pytest_customerio.tools.sandbox.service.request_log import Received

Tone = Literal["ok", "warning", "error", "fault"]
INJECTED = "a fault that was asked for"
LONGEST = 2000
_CUSTOMER = re.compile(r"/customers/([^/?]+)")
_NOBODY = "attributes"  # `POST /v1/customers/attributes` names nobody in its path
_NAMES = ("email", "userId", "previousId", "anonymousId", "anonymous_id", "to")
_HOLDERS = ("identifiers", "primary", "secondary", "traits")
_ENCODER = json.JSONEncoder(indent=2, ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is shown. `iso` is empty where the number is no time."""

    clock: str
    day: str
    iso: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A request in a list. `tone` is how it went, `told` what the service would not have said, `whole` whether
    `payload` is all of it.
    """

    number: int
    at: Moment
    operation: str
    method: str
    path: str
    status: str
    tone: Tone
    case: str
    source: str
    who: tuple[str, ...]
    gist: str
    notes: tuple[str, ...]
    told: tuple[str, ...]
    findings: tuple[Violation, ...]
    payload: str
    whole: bool
    client: str


def entry(one: Received, limit: int = LONGEST) -> Entry:
    """A request; of its payload no more than so many characters."""
    payload, whole = ("", True) if one.payload is None else shown(one.payload, limit)
    return Entry(
        number=one.number,
        at=moment(one.at),
        operation=one.operation or "unknown call",
        method=one.method,
        path=brief(one.path, 300),
        status=str(one.status) if one.status and not one.fault else (one.fault or "no answer").replace("-", " "),
        tone=tone(one),
        case=one.case,
        source=one.source,
        who=tuple(dict.fromkeys(brief(each, 60) for each in mentioned(one)))[:3],
        gist=gist(one),
        notes=one.notes,
        told=tuple(each for each in one.notes if each != INJECTED)[:3],
        findings=findings(one),
        payload=payload,
        whole=whole,
        client=brief(one.client, 120),
    )


def findings(one: Received) -> tuple[Violation, ...]:
    """What is wrong with it: errors, then warnings."""
    kept = [replace(each, got=each.got.replace(ANY_HOST, "")) for each in one.violations if each.severity != "info"]
    return tuple(sorted(kept, key=lambda each: each.severity != "error"))


def tone(one: Received) -> Tone:
    """How it went; what was asked to go wrong is no error."""
    if INJECTED in one.notes:
        return "fault"
    if one.fault or one.status >= 400 or any(each.severity == "error" for each in one.violations):
        return "error"
    return "warning" if findings(one) else "ok"


def wrong(one: Received) -> bool:
    """Whether anything went wrong with it."""
    return tone(one) != "ok" or bool(findings(one))


def mentioned(one: Received) -> Iterator[str]:
    """Whom it is about, by any name."""
    path, _, query = one.path.partition("?")
    in_path = _CUSTOMER.search(path)
    if in_path and in_path[1] != _NOBODY:
        yield unquote(in_path[1])
    yield from parse_qs(query).get("email", ())
    payload = mapping(one.payload)
    if one.operation == "track.identify":
        yield from _texts(payload, ("id",))
    for item in (payload, *items(payload.get("batch"))):
        yield from _texts(item, _NAMES)
        for holder in _HOLDERS:
            yield from _texts(mapping(item.get(holder)), ("id", "email", "cio_id"))
    for listed in (payload.get("ids"), payload.get("emails")):
        yield from (str(each) for each in (listed if isinstance(listed, list) else ()))


def gist(one: Received) -> str:
    """What it says, in a few words."""
    if one.operation is None:
        return brief(f"{one.method} {one.path}", 80)
    payload, name = mapping(one.payload), one.operation.partition(".")[2]
    if name == "batch":
        return _batch(payload)
    for member in ("subject", "title", "event", "name", "transactional_message_id"):
        if isinstance(payload.get(member), str | int):
            return brief(str(payload[member]), 80)
    known = mapping(payload.get("attributes")) or mapping(payload.get("traits")) or payload
    return brief(", ".join(f"{key}: {brief(said(known[key]), 24)}" for key in list(known)[:4]), 80) if payload else ""


def shown(value: object, limit: int = LONGEST) -> tuple[str, bool]:
    """A payload as text of at most so many characters, and whether that is all of it."""
    if isinstance(value, str):
        return value[:limit], len(value) <= limit
    parts: list[str] = []
    size = 0
    for part in _ENCODER.iterencode(value):
        parts.append(part)
        size += len(part)
        if size > limit:
            return "".join(parts)[:limit], False
    return "".join(parts), True


def compact(value: object, limit: int = LONGEST) -> tuple[str, bool]:
    """The same on one line where it is short; an empty object is nothing."""
    text, whole = ("", True) if value == {} else shown(value, limit)
    line = " ".join(part.strip() for part in text.split("\n")) if isinstance(value, dict | list) else text
    return (line, whole) if len(line) <= 120 else (text, whole)


def said(value: object) -> str:
    """A value as text. One that is nested too deep was read with the room that Python had then, and is not told."""
    try:
        return text(value)
    except RecursionError:
        return "…"


def brief(value: str, limit: int) -> str:
    """On one line, of at most so many characters."""
    line = " ".join(value[: 4 * limit].split())
    return line if len(line) <= limit and len(value) <= 4 * limit else line[: limit - 1] + "…"


def moment(at: float) -> Moment:
    """A unix time in this machine's time zone; an application may call any number a time."""
    try:
        found = datetime.fromtimestamp(at, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return Moment(str(at), "", "")
    return Moment(found.strftime("%H:%M:%S"), f"{found.day} {found.strftime('%b %Y')}", found.isoformat())


def _texts(holder: Mapping[str, Any], members: tuple[str, ...]) -> Iterator[str]:
    for member in members:
        value = holder.get(member)
        if isinstance(value, str | int) and value != "":
            yield str(value)


def _batch(payload: Mapping[str, Any]) -> str:
    listed = items(payload.get("batch"))
    kinds = Counter("_".join(str(each[key]) for key in ("type", "action") if key in each) for each in listed)
    told = ", ".join(f"{number} {brief(kind, 24)}" for kind, number in kinds.most_common(4))
    return f"{len(listed)} items: {told}" if listed else "no items"
