"""The arguments of a call, as they were when it was made: copied, and told apart by their shape."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pytest_customerio.process.recognition import is_mock, mock_modules

# Values in one call's arguments, and levels of nesting: beyond these a call is not noted in full, and so not judged.
MOST_VALUES = 100_000
DEEPEST = 60
_ATOMS = frozenset({str, int, float, bool, type(None), bytes})
_LETTERS = str.maketrans("", "", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_LIMITS = (0, 100, 150, 1000, 10_000, 100_000)
_PLACEHOLDERS = frozenset({"none", "null", "undefined"})


class NotCopiedError(Exception):
    """Arguments that cannot be judged later: they hold a mock, or what can be read only once, or are too large."""


class Arguments(NamedTuple):
    """The arguments of one call, copied; `opaque` tells whether they hold objects that JSON cannot."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    opaque: bool


def copied(
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    is_message: Callable[[type], bool],
    real: Callable[[Any], Any] | None = None,
) -> Arguments | None:
    """The arguments as they are now; None where they cannot be known later, or a method of theirs raises.

    `is_message` tells whether a class is one of an SDK's own: its objects are copied with their attributes. `real`
    gives what a mock is in truth, or the mock itself.
    """
    copier = _Copier(is_message, real)
    try:
        return Arguments(copier.copy_each(args), copier.copy_members(kwargs), copier.opaque)
    except Exception:  # `NotCopiedError`, or what a method of an argument raises: the application must not meet it
        return None


@dataclass(slots=True)
class _Copier:
    """Copies what JSON can hold, and a message object of an SDK; `opaque` tells whether anything else was in it."""

    is_message: Callable[[type], bool]
    real: Callable[[Any], Any] | None = None
    opaque: bool = False
    left: int = MOST_VALUES

    def copy(self, value: Any, depth: int = 0) -> Any:
        """A copy that later changes of the original do not reach. Raises `NotCopiedError`."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        if depth > DEEPEST:
            raise NotCopiedError("too large")
        if kind is dict:
            return self.copy_members(value, depth)
        if kind is tuple:
            return self.copy_each(value, depth)
        return list(self.copy_each(value, depth)) if kind is list else self._copy_object(value, kind, depth)

    # Most values are atoms. Asking that here, before a call for each of them, halves the time of a copy.

    def copy_each(self, values: Sequence[Any], depth: int = 0) -> tuple[Any, ...]:
        """Copies of all of these values."""
        self.left -= len(values)
        if self.left < 0:
            raise NotCopiedError("too large")
        deeper = depth + 1
        return tuple([one if type(one) in _ATOMS else self.copy(one, deeper) for one in values])

    def copy_members(self, value: Mapping[Any, Any], depth: int = 0) -> dict[Any, Any]:
        """Copies of all members."""
        self.left -= len(value)
        if self.left < 0:
            raise NotCopiedError("too large")
        deeper = depth + 1
        return {
            key if type(key) is str else self.copy(key): one if type(one) in _ATOMS else self.copy(one, deeper)
            for key, one in value.items()
        }

    def _known(self, value: Any) -> Any:
        real = self.real(value) if self.real is not None and is_mock(value) else value
        if real is value:
            raise NotCopiedError("a mock")
        return real

    def _copy_object(self, value: Any, kind: type, depth: int) -> Any:
        if is_mock(value) or _is_sentinel(kind):
            return self.copy(self._known(value), depth)
        if isinstance(value, (str, int, float)):  # a subclass, as an enum's member or Django's safe text
            return value
        if isinstance(value, (dict, list)):
            return self.copy_members(value, depth) if isinstance(value, dict) else list(self.copy_each(value, depth))
        if isinstance(value, tuple):  # a named tuple, as a region
            for one in value:
                self.copy(one, depth + 1)
            return value
        if self.is_message(kind):
            twin: Any = object.__new__(kind)
            vars(twin).update({name: self.copy(one, depth + 1) for name, one in vars(value).items()})
            return twin
        if hasattr(kind, "__next__") or hasattr(kind, "__anext__") or hasattr(kind, "read"):
            raise NotCopiedError("read once")
        self.opaque = True
        return value


def _is_sentinel(kind: type) -> bool:
    """Whether this is the class of `sentinel.x`, `ANY` or `call`."""
    return any(kind in (type(one.DEFAULT), type(one.ANY), type(one.call)) for one in mock_modules())


def shape(value: Any) -> Any:
    """What two arguments have in common that are judged alike: types, members, and of a text what rules look at."""
    try:
        return _shape(value)
    except Exception:  # of a method of an argument; of a number that is too large for a text, or a dict in itself
        return type(value)


def _shape(value: Any, depth: int = 0) -> Any:
    kind = type(value)
    if kind is str:
        return _text_shape(value)
    if kind is int:
        return "int", len(str(value)), value < 0
    if kind is float:
        return "float", math.isfinite(value), math.isnan(value), value.is_integer()
    if kind is dict:
        members = value.items() if len(value) < 1000 else itertools.islice(value.items(), 1000)
        return tuple([(key, _shape(one, depth + 1)) for key, one in members])
    if kind in (list, tuple) and depth < DEEPEST:
        return kind, len(value), tuple({_shape(one, depth + 1) for one in value[:100]})
    return kind if kind in _ATOMS else (kind, _members(value, depth))


def _text_shape(value: str) -> tuple[Any, ...]:
    size = bisect_left(_LIMITS, len(value))
    if value.isascii() and value.isalnum():
        return size, value.isdigit(), len(value) < 10 and value.lower() in _PLACEHOLDERS
    rest = value.translate(_LETTERS) if value.isascii() else value
    return size, rest[:40], value != value.strip()


def _members(value: Any, depth: int) -> Any:
    members: Mapping[str, Any] = getattr(value, "__dict__", {})
    return _shape(dict(members), depth + 1) if depth < 3 else None
