"""Makes waiting instant, and logs it, while one error case is replayed."""

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
from typing import Any, Self

from pytest_customerio.process.clock import dates
from pytest_customerio.process.clock.engines import Engines
from pytest_customerio.process.clock.loops import Loops
from pytest_customerio.process.clock.places import places
from pytest_customerio.process.clock.timeline import Timeline
from pytest_customerio.process.parts import BACKOFF, PYTHON, STAMINA, TENACITY, URLLIB3, Part
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_machinery

NAMES = ("sleep", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
# Retry engines whose waiting must pass through the module named for the log of waits to be complete.
ENGINES = {"tenacity.nap": "time", "backoff._sync": "time", "urllib3.util.retry": "time", "backoff._async": "asyncio"}
MODULES: dict[str, types.ModuleType] = {"time": time, "asyncio": asyncio}
# Longer sleeps are refused by the real `time.sleep` (a signed 64-bit count of nanoseconds).
LONGEST = (2**63 - 1) // 10**9
_REAL = "it shows, or takes, real time"
POPEN = Part(
    PYTHON,
    "subprocess",
    "Popen.__init__",
    "while a child process runs, time passes as it does in reality",
    "time may jump while a child process runs",
)
PARTS = (
    *(Part(PYTHON, "time", name, "waiting takes no time, wherever it was imported", _REAL) for name in NAMES),
    POPEN,
    *(
        Part(library, module, name, "whether waits are logged", "waits may be hidden unnoticed", recognised=True)
        for library, module, name in (
            (TENACITY, "tenacity.nap", "time"),
            (BACKOFF, "backoff._sync", "time"),
            (BACKOFF, "backoff._async", "asyncio"),
            (URLLIB3, "urllib3.util.retry", "time"),
            (STAMINA, "stamina", "is_testing"),
        )
    ),
)


class Clock:
    """While entered, `time.sleep` and `asyncio.sleep` take no time; all clocks and the timers of loops move on instead.

    `waits` are the seconds slept, in order, by threads and tasks together. `hidden` says why waits could not be seen,
    or is empty. The names of modules that imported one of the functions by name are replaced too. What stands at
    `time.*` when it starts, such as a frozen clock, is what real time means here.
    """

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.hidden = ""
        self._running = False
        self._lock = threading.Lock()
        self._found: dict[str, Callable[..., Any]] = {}
        self._fakes: dict[str, Any] = {name: getattr(self, "_" + name) for name in NAMES}
        self._patches = Patches()
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
        self._patches = Patches()
        self._running = True
        self._install(self._patches)
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
        """Remove functions of a stopped clock, which a test put back by undoing a patch of its own later."""
        if self._running:
            return
        self._patches.undo()
        originals = {id(fake): (fake, found) for found, fake in self._targets.values()}
        for namespace, name in places().find_new(originals):  # in modules that were imported meanwhile
            namespace[name] = originals[id(namespace[name])][1]

    def now(self) -> float:
        """Virtual seconds since the start: real time, and everything that was slept or advanced."""
        self._look()
        return (self._timeline.now() - self._start) / 1e9

    def wait(self, seconds: float) -> None:
        """Move all clocks on and log it, as if the application had slept."""
        self._log(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move all clocks on; no wait is logged."""
        self._timeline.advance(round(seconds * 1e9))

    def _plan_targets(self) -> dict[int, tuple[Any, Any]]:
        """The functions that are replaced wherever they were imported, by `id`: the original and its replacement."""
        pairs = {name: (found, self._fakes[name]) for name, found in self._found.items()}
        # A function of a stopped clock may stand there, which a test put back.
        there = {id(getattr(time, name)): pair for name, pair in pairs.items()}
        sleeps = self._loops.sleeps()
        self._sleeps = [self._fakes["sleep"], *(fake for _, fake in sleeps.values())]
        return there | {id(pair[0]): pair for pair in pairs.values()} | sleeps

    def _install(self, patches: Patches) -> None:
        for name in NAMES:
            patches.put(vars(time), name, self._fakes[name], original=self._found[name])
        for namespace, name in places().find(self._targets):
            found, fake = self._targets[id(namespace[name])]
            patches.put(namespace, name, fake, original=found)
        self._loops.install(patches)
        self._engines.install(patches)
        dates.install(patches, self._moved)
        patches.patch(POPEN, self._popen)

    def _sleep_paths(self) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """Every way on which code reaches a sleep of ours: namespace, name, and what has to stand there."""
        for owner, name, fake in self._patches:
            if isinstance(owner, dict) and any(fake is sleep for sleep in self._sleeps):
                yield owner, name, fake
        for namespace, name in places().users(MODULES):
            yield namespace, name, MODULES[name]
        for engine, name in ENGINES.items():
            if module := sys.modules.get(engine):
                yield vars(module), name, MODULES[name]

    def _look(self) -> None:
        """Note, for the rest of the case, that the test hides waits from the log."""
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
        """The nanoseconds that the caller of one of our functions sees added to real time."""
        return self._timeline.shift if self._running and not is_machinery(sys._getframe(2)) else 0

    def _popen(self, original: Callable[..., None]) -> Callable[..., None]:
        """Note each process that is started, until the application knows that it has ended."""

        def start(child: Any, *args: Any, **kwargs: Any) -> None:
            original(child, *args, **kwargs)
            known = weakref.ref(child)
            self._timeline.children.append(lambda: getattr(known(), "returncode", 0) is None)

        return start

    def _sleep(self, seconds: Any, /) -> None:
        caller = sys._getframe(1)
        found, value = self._found["sleep"], seconds if isinstance(seconds, float) else operator.index(seconds)
        # `subprocess` polls with `time.sleep` for the end of a process, which takes real time.
        real = not self._running or caller.f_globals is vars(subprocess) or is_machinery(caller)
        if not real and 0 <= value <= LONGEST:  # for anything else the original raises its own error
            self._log(float(value))
            if isinstance(found, types.BuiltinFunctionType):
                self._timeline.sleep(round(value * 1e9))
                seconds = 0
            else:  # the test's own mock, which may count its calls
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
    """The function beneath those of stopped clocks, which a test may have put back by undoing a patch of its own."""
    while isinstance(owner := getattr(function, "__self__", None), Clock):
        function = owner._found[name]
    return function
