"""Values, payloads and times as the page shows them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pytest_customerio.tools.sandbox.json_values import as_text

MAX_SHOWN = 2000
_LONGEST_LINE = 120
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
_ENCODER = json.JSONEncoder(indent=2, ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class ShownTime:
    """A time as it is shown. `iso` is empty, and `clock` the number itself, if the number is not a time."""

    clock: str
    day: str
    iso: str


def show_time(at: float) -> ShownTime:
    """A Unix time in the time zone of this machine. An application may send any number as a time."""
    try:
        time = datetime.fromtimestamp(at, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return ShownTime(str(at), "", "")
    return ShownTime(time.strftime("%H:%M:%S"), f"{time.day} {time.strftime('%b %Y')}", time.isoformat())


def show_payload(value: object, limit: int = MAX_SHOWN) -> tuple[str, bool]:
    """A payload as text of at most `limit` characters, and whether the text is complete."""
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


def show_compact(value: object, limit: int = MAX_SHOWN) -> tuple[str, bool]:
    """The same as `show_payload`, in one row if it is short; nothing for an empty object."""
    text, complete = ("", True) if value == {} else show_payload(value, limit)
    one_row = " ".join(part.strip() for part in text.split("\n")) if isinstance(value, dict | list) else text
    return (one_row, complete) if len(one_row) <= _LONGEST_LINE else (text, complete)


def show_body(body: bytes) -> str:
    """A body as text; JSON with one member in each row."""
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def show_value(value: object) -> str:
    """A value as text; an ellipsis if it is nested too deep for Python's recursion limit at this point."""
    try:
        return as_text(value)
    except RecursionError:
        return "…"


def show_start(value: object, limit: int) -> str:
    """The beginning of a value as text, in one row of at most `limit` characters; the rest is not written out."""
    if isinstance(value, str):
        return shorten(value, limit)
    parts: list[str] = []
    size = 0
    with suppress(RecursionError):
        for part in _COMPACT.iterencode(value):
            parts.append(part)
            size += len(part)
            if size > 4 * limit:
                break
    return shorten("".join(parts) or "…", limit)


def shorten(text: str, limit: int) -> str:
    """The text in one row of at most `limit` characters."""
    one_row = " ".join(text[: 4 * limit].split())
    complete = len(one_row) <= limit and len(text) <= 4 * limit
    return one_row if complete else one_row[: limit - 1] + "…"
