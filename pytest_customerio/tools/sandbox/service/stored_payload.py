"""A payload in the form in which it is stored: it can be written as JSON again, and its size in memory is known."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from sys import getsizeof
from typing import Any

from pytest_customerio.core.payload import TOO_DEEP

# The levels of nesting that a stored payload may have, because writing JSON is recursive.
DEEPEST = 100
OUT_OF_RANGE = "a number is out of range"


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """A JSON value, its size in memory in bytes (`weight`), and why it cannot be stored (`problem`)."""

    value: Any = None
    weight: int = 0
    problem: str = ""


class _UnstorableError(Exception):
    """The value cannot be written as JSON again; the text says why."""


def stored(value: object) -> StoredPayload:
    """A copy of a JSON value with U+FFFD for each half of a surrogate pair, which UTF-8 cannot express.

    A value that is nested too deep, or has a number as large as `1e999`, has a problem, and is not copied.
    """
    copy = _Copy()
    try:
        return StoredPayload(copy.of(value, 0), copy.weight)
    except _UnstorableError as error:
        return StoredPayload(None, copy.weight, str(error))


def whole_characters(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Copy:
    def __init__(self) -> None:
        self.weight = 0

    def of(self, value: object, level: int) -> object:
        """A copy of the value, which is nested so many levels deep."""
        if level >= DEEPEST:
            raise _UnstorableError(TOO_DEEP)
        self.weight += getsizeof(value)
        if isinstance(value, str):
            return whole_characters(value)
        if isinstance(value, dict):
            return {self.of(name, level): self.of(each, level + 1) for name, each in value.items()}
        if isinstance(value, list):
            return [self.of(each, level + 1) for each in value]
        if isinstance(value, float) and not isfinite(value):
            raise _UnstorableError(OUT_OF_RANGE)
        return value
