"""A payload in the form in which it is stored: it can be written as JSON again, and its size in memory is known."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from sys import getsizeof
from typing import Any, NamedTuple

from pytest_customerio.core.payload import TOO_DEEP

# The levels of nesting that a stored payload may have, because writing JSON is recursive.
DEEPEST = 100
# A smaller body is not measured: its value has about so many bytes, and more for each byte of the body.
SMALL = 1024
_SMALLEST, _PER_BYTE = 200, 8
_USUAL_TYPES = frozenset((str, int, bool, type(None)))
OUT_OF_RANGE = "a number is out of range"


class StoredPayload(NamedTuple):
    """A JSON value, its size in memory in bytes (`weight`), and why it cannot be stored (`problem`)."""

    value: Any = None
    weight: int = 0
    problem: str = ""


class _UnstorableError(Exception):
    """The value cannot be written as JSON again; the text says why."""


def stored_small(body: bytes, value: object) -> StoredPayload | None:
    """An object whose body is so small and usual that it need not be looked at; None for every other value.

    Without escapes, characters beyond ASCII, fractions and nesting it can be written again as it is.
    """
    if type(value) is not dict or len(body) > SMALL or not body.isascii() or b"\\" in body:
        return None
    usual = _USUAL_TYPES.issuperset(map(type, value.values()))
    return StoredPayload(value, _SMALLEST + _PER_BYTE * len(body)) if usual else None


def stored(value: object) -> StoredPayload:
    """A JSON value with U+FFFD for each half of a surrogate pair, which UTF-8 cannot express.

    The value itself unless it has such a half; then a copy. A value that is nested too deep, or has a number as large
    as `1e999`, has a problem, and is not stored.
    """
    measured = _Measured()
    try:
        measured.add((value,), 0)
    except _UnstorableError as error:
        return StoredPayload(None, measured.weight, str(error))
    return StoredPayload(value if measured.whole else _whole(value), measured.weight)


def whole_characters(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Measured:
    """The size of values in memory in bytes, and whether all their texts consist of whole characters."""

    def __init__(self) -> None:
        self.weight = 0
        self.whole = True

    def add(self, values: Collection[Any], level: int) -> None:
        """Add values that are nested so many levels deep, with everything in them. Raises `_UnstorableError`."""
        if level >= DEEPEST and values:
            raise _UnstorableError(TOO_DEEP)
        self.weight += sum(map(getsizeof, values))
        for each in values:
            kind = type(each)  # what a JSON parser returns is of no subclass
            if kind is str:
                if not each.isascii():
                    self._look(each)
            elif kind is dict:
                self.weight += sum(map(getsizeof, each))
                for name in each:
                    if not name.isascii():
                        self._look(name)
                self.add(each.values(), level + 1)
            elif kind is list:
                self.add(each, level + 1)
            elif kind is float and not isfinite(each):
                raise _UnstorableError(OUT_OF_RANGE)

    def _look(self, text: str) -> None:
        """Note whether a text has half of a surrogate pair."""
        self.whole = self.whole and whole_characters(text) == text


def _whole(value: object) -> object:
    """A copy of the value in which each text consists of whole characters."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, dict):
        return {_whole(name): _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value
