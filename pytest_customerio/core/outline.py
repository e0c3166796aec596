"""A payload as a text that may be shown: its structure, and in the place of each value what kind of value it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from pytest_customerio.core.payload import Payload
from pytest_customerio.core.redact import OF_FILES, cut, figure, mask, meant, member_name, shape, word

# The most rows, members of one object, entries of one list and levels that are shown; the rest is counted.
ROWS = 80
MEMBERS = 30
ENTRIES = 3
LEVELS = 6
_INDENT = "  "
# By the name of a member, what shows its text.
Shows = Mapping[str, Callable[[str], str]]
# Members that hold the name of an event, and those that hold a word of the API: on the top level, and in the entries of
# a batch.
_EVENTS = frozenset({"event"})
_WORDS = frozenset({"type", "action"})
# Members that hold a moment. Other numbers, such as an amount or the day of a birth, may say something about a person.
_MOMENTS = frozenset({"timestamp", "sentAt", "send_at", "originalTimestamp", "receivedAt"})


def outline(payload: Payload, *, event: bool = False, vocabulary: Collection[str] = ()) -> str:
    """The payload as rows of text. With `event` the member `name` is the name of an event, and no person's.

    Nothing of a text is shown but its shape, unless it is the name of an event or a word of the API, as `vocabulary`
    lists them.
    """
    shows = {
        **dict.fromkeys(_EVENTS | {"name"} if event else _EVENTS, word),
        **dict.fromkeys(_WORDS, lambda value: meant(value, (), vocabulary)),
    }
    if payload.kind == "nothing":
        return ""
    if payload.kind in ("json", "form"):
        return _rows(_value(payload.value if payload.kind == "json" else payload.form, "", 0, shows))
    return f"{payload.kind}: {mask(payload.value)}"


def _rows(found: Iterator[str]) -> str:
    shown = list(islice(found, ROWS))
    return "\n".join([*shown, *["…"] * (next(found, None) is not None)])


def _value(value: Any, key: str, level: int, shows: Shows) -> Iterator[str]:
    """The rows of one value; the first has no indent, because the name of the member stands before it.

    `shows` says how the members of the value, or of its entries, that hold a word are shown.
    """
    if isinstance(value, dict) and value and level < LEVELS:
        yield from _object(value, key, level, shows)
    elif isinstance(value, list) and value and level < LEVELS:
        yield from _list(value, key, level, shows)
    else:
        yield figure(value) if key in _MOMENTS else cut(shape(value), 100)


def _object(value: Mapping[Any, Any], key: str, level: int, shows: Shows) -> Iterator[str]:
    indent = _INDENT * (level + 1)
    yield "{"
    for name, inner in islice(value.items(), MEMBERS):
        label = f"{indent}{member_name(name, of_files=key in OF_FILES)}: "
        if name in shows and isinstance(inner, str):
            yield label + shows[name](inner)
            continue
        # Each entry of a batch is a call of its own.
        first, *rest = _value(inner, name, level + 1, shows if name == "batch" and level == 0 else {})
        yield label + first
        yield from rest
    if len(value) > MEMBERS:
        yield f"{indent}… and {len(value) - MEMBERS} more"
    yield f"{_INDENT * level}}}"


def _list(value: list[Any], key: str, level: int, shows: Shows) -> Iterator[str]:
    indent = _INDENT * (level + 1)
    yield "["
    for inner in value[:ENTRIES]:
        first, *rest = _value(inner, key, level + 1, shows)
        yield indent + first
        yield from rest
    if len(value) > ENTRIES:
        yield f"{indent}… and {len(value) - ENTRIES} more"
    yield f"{_INDENT * level}]"
