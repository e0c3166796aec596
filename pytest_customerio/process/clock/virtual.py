"""Waiting is instant and logged, while one error case is replayed."""

from __future__ import annotations

import asyncio
import operator
import subprocess
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Self

from pytest_customerio.process.clock import dates
from pytest_customerio.process.clock.engines import Engines
from pytest_customerio.process.clock.loops import Loops
from pytest_customerio.process.clock.places import Attribute, Item, Patch, is_machinery, places
from pytest_customerio.process.clock.timeline import Timeline

NAMES = ("sleep", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
# Retry engines whose waiting must pass through the module named for the log of waits to be complete.
ENGINES = {"tenacity.nap": "time", "backoff._sync": "time", "urllib3.util.retry": "time", "backoff._async": "asyncio"}
MODULES: dict[str, types.ModuleType] = {"time": time, "asyncio": asyncio}
# These poll with `time.sleep` for something that takes real time.
POLLERS = frozenset({"subprocess", "multiprocessing"})
# Longer sleeps are refused by the real `time.sleep` (a signed 64-bit count of nanoseconds).
LONGEST = (2**63 - 1) // 10**9


class Clock:
    """While entered, `time.sleep` and `asyncio.sleep` take no time; all clocks and the timers of loops move on instead.

    `waits` are the seconds slept, in order, by threads and tasks together. `hidden` says why waits could not be seen,
    or is empty. Modules that imported one of the functions by name are served too. It builds on whatever stands at
    `time.*` when it starts.
    """

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.hidden = ""
        self._running = False
        self._lock = threading.Lock()
        self._found: dict[str, Callable[..., Any]] = {}
        self._fakes: dict[str, Any] = {name: getattr(self, "_" + name) for name in NAMES}
        self._patches: list[Patch] = []
        self._start = 0
        self._timeline = Timeline(time.monotonic_ns)

    def __enter__(self) -> Self:
        if any(_running_clock(getattr(time, name)) for name in NAMES):
            raise RuntimeError("an error case is being replayed already: replays cannot be nested")
        self.waits, self.hidden = [], ""
        self._found = {name: _unwrapped(getattr(time, name), name) for name in NAMES}
        self._timeline = Timeline(self._found["monotonic_ns"])
        self._start = self._timeline.now()
        self._loops = Loops(self._timeline, self._log, self._hide, self._is_heard)
        self._targets = self._plan_targets()
        self._engines = Engines({key: fake for key, (_, fake) in self._targets.items()}, self.now, self._hide)
        self._patches = list(self._plan())
        self._running = True
        for patch in self._patches:
            patch.apply()
        self._paths = list(self._sleep_paths())
        self._look()
        return self

    def __exit__(self, *error: object) -> None:
        self._look()
        self._running = False
        self._timeline.stop()
        self._loops.settle()
        self.heal()

    def heal(self) -> None:
        """Remove functions of a stopped clock that someone, undoing a patch of their own, put back afterwards."""
        if self._running:
            return
        for patch in reversed(self._patches):
            patch.undo()
        self._engines.undo()
        originals = {id(fake): (fake, found) for found, fake in self._targets.values()}
        for namespace, name in places().find_new(originals):  # in modules that were imported meanwhile
            namespace[name] = originals[id(namespace[name])][1]

    def now(self) -> float:
        """Virtual seconds since the start: real time and everything slept or advanced."""
        self._look()
        return (self._timeline.now() - self._start) / 1e9

    def wait(self, seconds: float) -> None:
        """Move all clocks on and log it, for somebody who would have slept elsewhere."""
        self._log(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move all clocks on; no wait is logged."""
        self._timeline.advance(round(seconds * 1e9))

    def _plan_targets(self) -> dict[int, tuple[Any, Any]]:
        """What is to be replaced wherever it was bound, by `id`: original and fake."""
        pairs = {name: (found, self._fakes[name]) for name, found in self._found.items()}
        # What stands there may be a stopped clock's function, put back by somebody.
        there = {id(getattr(time, name)): pair for name, pair in pairs.items()}
        return there | {id(pair[0]): pair for pair in pairs.values()} | self._loops.sleeps()

    def _plan(self) -> Iterator[Patch]:
        for name in NAMES:
            yield Item(vars(time), name, self._found[name], self._fakes[name])
        for namespace, name in places().find(self._targets):
            found, fake = self._targets[id(namespace[name])]
            yield Item(namespace, name, found, fake)
        yield from self._loops.patches()
        yield from self._engines.patches()
        yield from dates.patches(self._moved)
        yield Attribute(subprocess.Popen, "__init__", self._popen(subprocess.Popen.__init__))

    def _sleep_paths(self) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """Every place through which code reaches a sleep of ours: namespace, name, and what has to stand there."""
        sleeps = [fake for found, fake in self._targets.values() if getattr(found, "__name__", "sleep") == "sleep"]
        for patch in self._patches:
            if isinstance(patch, Item) and any(patch.fake is sleep for sleep in sleeps):
                yield patch.namespace, patch.name, patch.fake
        for namespace, name in places().users(MODULES):
            yield namespace, name, MODULES[name]
        for engine, name in ENGINES.items():
            if module := sys.modules.get(engine):
                yield vars(module), name, MODULES[name]

    def _look(self) -> None:
        """Notice, for good, that waits are being hidden from the log."""
        if self.hidden or not self._running:
            return
        if any(namespace.get(name) is not value for namespace, name, value in self._paths):
            self._hide("the test replaced sleep")
        stamina = sys.modules.get("stamina")
        if stamina is not None and getattr(stamina, "is_testing", bool)():
            self._hide("stamina.set_testing is on")

    def _hide(self, reason: str) -> None:
        self.hidden = self.hidden or reason

    def _log(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)

    def _is_heard(self) -> bool:
        return self._running and time.monotonic is self._fakes["monotonic"]

    def _moved(self) -> int:
        """What the caller of one of our functions sees added to real time."""
        module = sys._getframe(2).f_globals.get("__name__", "")
        return self._timeline.shift if self._running and not is_machinery(module) else 0

    def _popen(self, original: Callable[..., None]) -> Callable[..., None]:
        """Know each process that is started, as long as somebody waits for it."""

        @wraps(original)
        def start(child: Any, *args: Any, **kwargs: Any) -> None:
            original(child, *args, **kwargs)
            known = weakref.ref(child)
            self._timeline.children.append(lambda: getattr(known(), "returncode", 0) is None)

        return start

    def _sleep(self, seconds: Any, /) -> None:
        module = sys._getframe(1).f_globals.get("__name__", "")
        found, value = self._found["sleep"], seconds if isinstance(seconds, float) else operator.index(seconds)
        real = not self._running or module in POLLERS or is_machinery(module)
        if not real and 0 <= value <= LONGEST:  # the original refuses anything else, in its own words
            self._log(float(value))
            if isinstance(found, types.BuiltinFunctionType):
                self._timeline.sleep(round(value * 1e9))
                seconds = 0
            else:  # a mock of the test, which counts its calls
                self.advance(value)
        found(seconds)

    def _time(self) -> float:
        return float(self._found["time"]() + self._moved() / 1e9)

    def _time_ns(self) -> int:
        return int(self._found["time_ns"]() + self._moved())

    def _monotonic(self) -> float:
        return float(self._found["monotonic"]() + self._moved() / 1e9)

    def _monotonic_ns(self) -> int:
        return int(self._found["monotonic_ns"]() + self._moved())

    def _perf_counter(self) -> float:
        return float(self._found["perf_counter"]() + self._moved() / 1e9)

    def _perf_counter_ns(self) -> int:
        return int(self._found["perf_counter_ns"]() + self._moved())


def _running_clock(function: object) -> bool:
    owner = getattr(function, "__self__", None)
    return isinstance(owner, Clock) and owner._running


def _unwrapped(function: Any, name: str) -> Any:
    """Look through functions of stopped clocks, which somebody's late undoing of a patch may have left in place."""
    while isinstance(owner := getattr(function, "__self__", None), Clock):
        function = owner._found[name]
    return function
