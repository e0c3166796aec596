"""Calls of an SDK that raised before anything was sent: what was raised, without the values that the call was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.clients.mocks.notes.arguments import DEEPEST

# What an exception may say about what it was given: nothing that looks like an address or a number of somebody.
_PERSONAL = re.compile(r"\S*@\S*|\+?\d{7,}")
_LONGEST = 200
# Numbers that are larger are in no text: Python refuses to write one of more than 4300 digits.
_BITS = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One call of an SDK's method that raised before anything was sent; `text` says what, without what it was given.

    `subject` tells of whom and of what the call was, `operation` which one it is, where the method tells.
    """

    label: str
    error: BaseException
    text: str
    subject: str
    sent_from: str | None
    at: float
    operation: str | None = None


def subject_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """Of whom and of what a call is: its first two arguments, by place or by name, without the instance."""
    try:
        plain = [one for one in (*args, *kwargs.values()) if isinstance(one, (str, int, type(None)))]
        return repr(plain[:2])[:_LONGEST]
    except Exception:  # of a method of an argument, or of a number that is too large for a text
        return ""


def text_of(error: BaseException, given: Any) -> str:
    """An exception in one line, without the values that the call was given; only its name where they cannot be read."""
    try:
        return _text_of(error, given)
    except Exception:  # as above, or of the exception itself
        return type(error).__name__


def _text_of(error: BaseException, given: Any) -> str:
    cause = error.__cause__
    text = " ".join(str(error).split())
    if not isinstance(error, (TypeError, AttributeError)):  # these name arguments, not their values
        for value in sorted({one for one in _texts(given) if len(one) > 3}, key=len, reverse=True):
            text = text.replace(value, "…")
    text = _PERSONAL.sub("…", text)
    if cause is not None:  # an SDK wraps what its client raised
        return f"{type(error).__name__}: {_text_of(cause, given)}"
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"{type(error).__name__}: {shown}" if shown else type(error).__name__


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if isinstance(value, float) or value.bit_length() < _BITS:
            yield str(value)
    elif isinstance(value, (list, tuple, dict)) and depth < DEEPEST:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth + 1)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, those that it was raised from, and those within a group."""
    todo, seen = [error], set[int]()
    while todo:
        one = todo.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [other for other in (one.__cause__, one.__context__) if other is not None]
            todo += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
