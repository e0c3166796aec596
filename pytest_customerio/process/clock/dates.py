"""`datetime.now` in virtual time."""

from __future__ import annotations

import datetime as dt
import sys
import warnings
from collections.abc import Callable
from typing import Any

from pytest_customerio.process.parts import FREEZEGUN, PYTHON, Part
from pytest_customerio.process.patching import IMMUTABLE, Patches

# The text of Python's own warning: our method warns in its place, so that the warning names the caller's line.
DEPRECATED = (
    "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware"
    " objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC)."
)

_REAL = "`datetime` shows real time while an error case is replayed"
PARTS = (
    Part(PYTHON, "datetime", "datetime.now", "virtual time; `today` reads `time.time`", _REAL),
    Part(PYTHON, "datetime", "datetime.utcnow", "virtual time", _REAL, optional=True),
    Part(FREEZEGUN, "freezegun.api", "FakeDatetime.now", "frozen time moves on by what was slept", _REAL),
    Part(FREEZEGUN, "freezegun.api", "FakeDatetime.utcnow", "frozen time moves on by what was slept", _REAL),
    Part(FREEZEGUN, "freezegun.api", "FakeDate.today", "frozen time moves on by what was slept", _REAL),
)


def install(patches: Patches, moved: Callable[[], int]) -> None:
    """Replace the methods that tell the time, of `datetime` and of the classes that freezegun put in its place.

    `moved` gives the nanoseconds to add for the caller two frames above it.
    """
    genuine = next(kind for kind in dt.datetime.__mro__ if kind.__flags__ & IMMUTABLE)
    if sys.implementation.name == "cpython":
        now = vars(genuine)["now"]
        patches.put(genuine, "now", _now(now, moved))
        if "utcnow" in vars(genuine):  # a later Python may lack it
            patches.put(genuine, "utcnow", _utcnow(now, moved))
    if dt.datetime is not genuine and {"now", "utcnow"} <= vars(dt.datetime).keys():
        frozen = vars(dt.datetime)["now"]
        patches.put(dt.datetime, "now", _now(frozen, moved))
        patches.put(dt.datetime, "utcnow", _frozen_utcnow(vars(dt.datetime)["utcnow"], moved))
        patches.put(dt.date, "today", _frozen_today(frozen, moved))


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
