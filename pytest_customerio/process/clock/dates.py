"""`datetime.now` in virtual time."""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from pytest_customerio.process.clock.places import Attribute, Patch

# Python's own words: our method warns in its stead, so that the caller's line is the one named.
DEPRECATED = (
    "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware"
    " objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC)."
)

# Set in `__flags__` of classes that are written in Python.
HEAP_TYPE = 1 << 9


class TypeItem:
    """A method of a class written in C, replaced in the class itself.

    So `datetime` stays the one class it is, for `isinstance`, subclasses, pickle and everyone who imported it early;
    a class of ours in its place would break at least one of them. `date.today` and `datetime.today` read `time.time`.
    """

    def __init__(self, kind: type, name: str, fake: Any) -> None:
        self.kind, self.name, self.found, self.fake = kind, name, vars(kind)[name], fake

    def apply(self) -> None:
        """Put the fake there."""
        self._put(self.fake)

    def undo(self) -> None:
        """Put the original back."""
        if vars(self.kind)[self.name] is self.fake:
            self._put(self.found)

    def _put(self, value: Any) -> None:
        # The class's own dictionary, which `vars` shows read-only, and the caches that the interpreter keeps of it.
        (namespace,) = gc.get_referents(vars(self.kind))
        namespace[self.name] = value
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(self.kind))


def patches(moved: Callable[[], int]) -> Iterator[Patch]:
    """The methods that tell the time, of `datetime` and of what freezegun put in its place.

    `moved` gives the nanoseconds to add for the caller two frames above it.
    """
    genuine = next(kind for kind in dt.datetime.__mro__ if not kind.__flags__ & HEAP_TYPE)
    if sys.implementation.name == "cpython":
        yield TypeItem(genuine, "now", _now(vars(genuine)["now"], moved))
        yield TypeItem(genuine, "utcnow", _utcnow(vars(genuine)["now"], moved))
    if dt.datetime is not genuine:
        yield Attribute(dt.datetime, "now", _now(vars(dt.datetime)["now"], moved))
        yield Attribute(dt.datetime, "utcnow", _frozen_utcnow(vars(dt.datetime)["utcnow"], moved))
        yield Attribute(dt.date, "today", _frozen_today(vars(dt.datetime)["now"], moved))


def _now(original: Any, moved: Callable[[], int]) -> Any:
    def now(cls: Any, *args: Any, **kwargs: Any) -> Any:
        value, span = original.__get__(None, cls)(*args, **kwargs), moved()
        return _later(value, span) if span else value

    return classmethod(now)


def _utcnow(now: Any, moved: Callable[[], int]) -> Any:
    def utcnow(cls: Any) -> Any:
        span = moved()
        if sys.version_info >= (3, 12):
            warnings.warn(DEPRECATED, DeprecationWarning, stacklevel=2)
        value = now.__get__(None, cls)(dt.UTC).replace(tzinfo=None)
        return value + dt.timedelta(seconds=span / 1e9)

    return classmethod(utcnow)


def _frozen_utcnow(original: Any, moved: Callable[[], int]) -> Any:
    def utcnow(cls: Any) -> Any:
        span = moved()
        return original.__get__(None, cls)() + dt.timedelta(seconds=span / 1e9)

    return classmethod(utcnow)


def _frozen_today(now: Any, moved: Callable[[], int]) -> Any:
    def today(cls: Any) -> Any:
        span = moved()
        value = _later(now.__get__(None, dt.datetime)(), span)
        return cls(value.year, value.month, value.day)

    return classmethod(today)


def _later(value: Any, span: int) -> Any:
    seconds = span / 1e9
    if value.tzinfo is not None:  # through UTC: a zone may have changed its offset meanwhile
        return (value.astimezone(dt.UTC) + dt.timedelta(seconds=seconds)).astimezone(value.tzinfo)
    return type(value).fromtimestamp(value.timestamp() + seconds)
