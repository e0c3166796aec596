"""Waiting is instant and logged, while one error case is replayed."""

from __future__ import annotations

import operator
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Self

# perf_counter stays real: it times the test itself (hypothesis fails a test that takes longer than its deadline).
NAMES = ("sleep", "time", "time_ns", "monotonic", "monotonic_ns")
# Retry engines whose waiting must pass through `time.sleep` for the log of waits to be complete.
ENGINES = frozenset({"tenacity.nap", "backoff._sync", "urllib3.util.retry"})
# backoff takes its `max_time` from `datetime`: with a real clock there, instant waits would never reach it.
DATED = frozenset({"backoff._sync", "backoff._async"})
# Test machinery keeps real time; so does every package whose name begins with pytest.
LEFT_ALONE = frozenset({"_pytest", "hypothesis", "xdist", "execnet", "freezegun", "time_machine", "time"})
# What a sleep really takes where other threads run: who polls for their work must leave them time to do it.
NAP = 0.001
# Longer sleeps are refused by the real `time.sleep` (a signed 64-bit count of nanoseconds).
LONGEST = (2**63 - 1) // 10**9


@dataclass(frozen=True, slots=True)
class _Patch:
    namespace: dict[str, Any]
    name: str
    found: Any
    fake: Any

    def apply(self) -> None:
        self.namespace[self.name] = self.fake

    def undo(self) -> None:
        if self.in_place:
            self.namespace[self.name] = self.found

    @property
    def in_place(self) -> bool:
        return self.namespace.get(self.name) is self.fake


class Clock:
    """While entered, `time.sleep` returns at once; `time.time`, `time.monotonic` and their `_ns` twins move on instead.

    `waits` are the seconds slept, in order. `hidden` says why waits could not be seen, or is empty. Modules that
    imported one of the functions by name are served too. It builds on whatever stands at `time.*` when it starts.
    """

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.hidden = ""
        self._shift = 0
        self._running = False
        self._lock = threading.Lock()
        self._patches: list[_Patch] = []
        self._paths: list[tuple[dict[str, Any], str, Any]] = []
        self._found: dict[str, Callable[..., Any]] = {}
        self._start = 0

    def __enter__(self) -> Self:
        if any(_running_clock(getattr(time, name)) for name in NAMES):
            raise RuntimeError("an error case is being replayed already: replays cannot be nested")
        self.waits, self.hidden, self._shift = [], "", 0
        self._found = {name: _unwrapped(getattr(time, name), name) for name in NAMES}
        self._start = self._found["monotonic_ns"]()
        modules = list(_modules())
        self._patches = list(self._plan(modules))
        self._running = True
        for patch in self._patches:
            patch.apply()
        self._paths = list(self._sleep_paths(modules))
        self._look()
        return self

    def __exit__(self, *error: object) -> None:
        self._look()
        self._running = False
        self.heal()

    def heal(self) -> None:
        """Remove functions of a stopped clock that someone, undoing a patch of their own, put back afterwards."""
        if not self._running:
            for patch in reversed(self._patches):
                patch.undo()

    def now(self) -> float:
        """Virtual seconds since the start: real time and everything slept or advanced."""
        self._look()
        return float(self._found["monotonic_ns"]() - self._start + self._shift) / 1e9

    def advance(self, seconds: float) -> None:
        """Move all clocks on; no wait is logged."""
        with self._lock:
            self._shift += round(seconds * 1e9)

    def _plan(self, modules: _Modules) -> Iterator[_Patch]:
        fakes = {name: getattr(self, "_" + name) for name in NAMES}
        for namespace in (vars(time), *(namespace for _, namespace in modules)):
            for name in NAMES:
                there = namespace.get(name)
                if there is not None and _unwrapped(there, name) is self._found[name]:
                    yield _Patch(namespace, name, self._found[name], fakes[name])
        for name, namespace in modules:
            if name in DATED:
                yield _Patch(namespace, "datetime", namespace["datetime"], self._dated(namespace["datetime"]))

    def _sleep_paths(self, modules: _Modules) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """Every place through which code reaches our `sleep`: namespace, name, and what has to stand there."""
        for patch in self._patches:
            if patch.name == "sleep":
                yield patch.namespace, patch.name, patch.fake
        for name, namespace in modules:
            if namespace.get("time") is time or name in ENGINES:
                yield namespace, "time", time

    def _look(self) -> None:
        """Notice, for good, that waits are being hidden from the log."""
        if self.hidden or not self._running:
            return
        if any(namespace.get(name) is not value for namespace, name, value in self._paths):
            self.hidden = "the test replaced sleep"
        stamina = sys.modules.get("stamina")
        if stamina is not None and getattr(stamina, "is_testing", bool)():
            self.hidden = "stamina.set_testing is on"

    def _dated(self, module: Any) -> types.SimpleNamespace:
        def now() -> Any:
            return module.datetime.now() + timedelta(seconds=self._moved() / 1e9)

        return types.SimpleNamespace(datetime=types.SimpleNamespace(now=now))

    def _moved(self) -> int:
        return self._shift if self._running else 0

    def _sleep(self, seconds: Any, /) -> None:
        found, real = self._found["sleep"], seconds
        if self._running:
            value = seconds if isinstance(seconds, float) else operator.index(seconds)
            if 0 <= value <= LONGEST:  # the original refuses anything else, in its own words
                self._wait(float(value))
                if isinstance(found, types.BuiltinFunctionType):  # else a mock of the test, which counts its calls
                    real = min(value, NAP) if threading.active_count() > 1 else 0
        found(real)

    def _wait(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
        self.advance(seconds)

    def _time(self) -> float:
        return float(self._found["time"]() + self._moved() / 1e9)

    def _time_ns(self) -> int:
        return int(self._found["time_ns"]() + self._moved())

    def _monotonic(self) -> float:
        return float(self._found["monotonic"]() + self._moved() / 1e9)

    def _monotonic_ns(self) -> int:
        return int(self._found["monotonic_ns"]() + self._moved())


_Modules = Sequence[tuple[str, dict[str, Any]]]


def _modules() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, module in list(sys.modules.items()):
        if isinstance(module, types.ModuleType) and _served(name):
            yield name, vars(module)


@cache  # every case asks for every module there is
def _served(name: str) -> bool:
    package = name.partition(".")[0]
    return package not in LEFT_ALONE and not package.startswith("pytest")


def _running_clock(function: object) -> bool:
    owner = getattr(function, "__self__", None)
    return isinstance(owner, Clock) and owner._running


def _unwrapped(function: Any, name: str) -> Any:
    """Look through functions of stopped clocks, which somebody's late undoing of a patch may have left in place."""
    while isinstance(owner := getattr(function, "__self__", None), Clock):
        function = owner._found[name]
    return function
