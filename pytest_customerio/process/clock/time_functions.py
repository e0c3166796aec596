"""The functions of `time` that a clock replaces: what stood there, and what stands in for it."""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable
from typing import Any, Protocol

from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.recognition import is_machinery

TELLERS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
NAMES = ("sleep", *TELLERS)
_REAL = "it shows, or takes, real time"
PARTS = tuple(Part(PYTHON, "time", name, "waiting takes no time, wherever it was imported", _REAL) for name in NAMES)
# An original and what stands in for it, by the `id` of what may stand there.
Pairs = dict[int, tuple[Any, Any]]


class Shifted(Protocol):
    """A clock, as its functions see it."""

    test_code: types.CodeType | None

    @property
    def running(self) -> bool:
        """Whether it is entered."""

    @property
    def shift(self) -> int:
        """The nanoseconds that it adds to what the originals tell."""

    def sleep(self, seconds: Any, caller: types.FrameType) -> None:
        """`time.sleep`, as called by this frame."""


class TimeFunctions:
    """The functions of `time` for one clock. `found` are those that stood there when it started, by name.

    `fakes` stand in for them. What is called here while the clock stands still, because an object holds it, does what
    the clock that runs now does, else what the original does.
    """

    def __init__(self, clock: Shifted) -> None:
        self._clock = clock
        self.found: dict[str, Callable[..., Any]] = {}
        self.fakes: dict[str, Any] = {name: getattr(self, "_" + name) for name in NAMES}

    def find(self) -> None:
        """Note what stands there now.

        Raises RuntimeError where a clock runs already.
        """
        standing = {name: getattr(time, name) for name in NAMES}
        if any((owner := _owner(one)) is not None and owner._clock.running for one in standing.values()):
            raise RuntimeError("an error case is being replayed already: replays cannot be nested")
        self.found = {name: _unwrapped(one, name) for name, one in standing.items()}

    def find_tellers(self) -> None:
        """Note again what tells the time."""
        self.found |= {name: getattr(time, name) for name in TELLERS}

    def pairs(self, *names: str) -> Pairs:
        """Functions that are replaced wherever they were imported."""
        pairs = {name: (self.found[name], self.fakes[name]) for name in names}
        # A function of a stopped clock may stand there, which a test put back.
        there = {id(getattr(time, name)): pair for name, pair in pairs.items()}
        return there | {id(pair[0]): pair for pair in pairs.values()}

    def moved(self) -> int:
        """The nanoseconds that the caller of a function which calls this one sees added to real time."""
        clock = self._at_work()
        return 0 if clock is None or is_machinery(caller_of(sys._getframe(1))) else clock.shift

    def _at_work(self) -> Shifted | None:
        """The clock that runs now. An object that was made while ours ran, and lives on, may hold its functions."""
        owner = self if self._clock.running else _owner(time.sleep)
        return owner._clock if owner is not None and owner._clock.running else None

    def _sleep(self, seconds: Any, /) -> None:
        (self._at_work() or self._clock).sleep(seconds, caller_of(sys._getframe()))

    def _time(self) -> float:
        return float(self.found["time"]() + self.moved() / 1e9)

    def _time_ns(self) -> int:
        return int(self.found["time_ns"]() + self.moved())

    def _monotonic(self) -> float:
        return float(self.found["monotonic"]() + self.moved() / 1e9)

    def _monotonic_ns(self) -> int:
        return int(self.found["monotonic_ns"]() + self.moved())

    def _perf_counter(self) -> float:
        real = self.found["perf_counter"]()
        return float(real if sys._getframe(1).f_code is self._clock.test_code else real + self.moved() / 1e9)

    def _perf_counter_ns(self) -> int:
        real = self.found["perf_counter_ns"]()
        return int(real if sys._getframe(1).f_code is self._clock.test_code else real + self.moved())


def caller_of(frame: types.FrameType) -> types.FrameType:
    """The caller of a function; itself where a greenlet was spawned to run just this function."""
    return frame.f_back or frame


def _owner(function: object) -> TimeFunctions | None:
    owner = getattr(function, "__self__", None)
    return owner if isinstance(owner, TimeFunctions) else None


def _unwrapped(function: Any, name: str) -> Any:
    """The function beneath those of stopped clocks, which a test may have put back by undoing a patch of its own."""
    while (owner := _owner(function)) is not None:
        function = owner.found[name]
    return function
