"""Makes waiting instant, and logs it, while one error case is replayed."""

from __future__ import annotations

import operator
import subprocess
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Iterable
from typing import Any, Self

from pytest_customerio.process.clock import children, dates
from pytest_customerio.process.clock.engines import Engines
from pytest_customerio.process.clock.freezing import Freezing, awaited_import, real_clock
from pytest_customerio.process.clock.greenlets import Greenlets
from pytest_customerio.process.clock.hidden import HiddenWaits
from pytest_customerio.process.clock.holders import exchanged, holders
from pytest_customerio.process.clock.loops import Loops
from pytest_customerio.process.clock.passed_sleeps import passes_its_own
from pytest_customerio.process.clock.places import places
from pytest_customerio.process.clock.replaced_sleeps import ReplacedSleeps, is_replaced
from pytest_customerio.process.clock.time_functions import TELLERS, Pairs, TimeFunctions
from pytest_customerio.process.clock.timeline import FOREIGN, SLEEP, Timeline
from pytest_customerio.process.clock.waits import Waits
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_machinery

# Longer sleeps are refused by the real `time.sleep` (a signed 64-bit count of nanoseconds).
LONGEST = (2**63 - 1) // 10**9


class Clock:
    """While entered, `time.sleep` and `asyncio.sleep` take no time; all clocks and the timers of loops move on instead.

    `waits` are the seconds slept, in order, by threads and tasks together. `hidden` says why waits could not be seen,
    or is empty. The names of modules that imported one of the functions by name are replaced too. What stands at
    `time.*` when it starts, such as a frozen clock, is what real time means here. `serves()` says whether the calling
    thread works for the test: waits for other threads, with a timeout, take no time in such threads only. `flow()`
    gives the flow of work that runs here. A test function (`test_code`) that reads `time.perf_counter` itself measures
    how long the test takes: there it shows real time. Everywhere else it moves on like the other clocks.
    """

    def __init__(
        self, serves: Callable[[], bool] = lambda: True, flow: Callable[[], object] = threading.current_thread
    ) -> None:
        self._serves, self._flow = serves, flow
        self.test_code: types.CodeType | None = None
        self.objects: Iterable[object] = ()
        self._own_clock = False
        self._slept: weakref.WeakKeyDictionary[Any, float] = weakref.WeakKeyDictionary()
        self.waits: list[float] = []
        self._hidden = HiddenWaits()
        self._replaced = ReplacedSleeps(self.now, self.wait)
        self.running = False
        self._lock = threading.Lock()
        self._time = TimeFunctions(self)
        self._patches, self._tellers = Patches(), Patches()
        self._start = 0
        self._timeline = Timeline(time.monotonic_ns)

    @property
    def hidden(self) -> str:
        """Why waits could not be seen; empty where they were."""
        own_clock = "the test passed a clock of its own" if self._own_clock and not self.waits else ""
        return self._hidden.reason or own_clock

    def __enter__(self) -> Self:
        self._time.find()
        self.waits, self._replaced = [], ReplacedSleeps(self.now, self.wait)
        self._hidden = HiddenWaits(self._replaced.sees)
        self._timeline = timeline = Timeline(real_clock(self._time.found["monotonic_ns"]))
        self._start = timeline.now()
        self._waits = Waits(timeline, self._log, self._serves)
        self._loops = Loops(timeline, self._log, self._hidden.note, self._is_heard, self._waits)
        self._freezing = Freezing(self._beneath, lambda: timeline.shift)
        self._greenlets = Greenlets(timeline, self._log, self._waits)
        sleeps = self._loops.sleeps() | self._greenlets.sleeps()
        pairs = self._time.pairs("sleep") | sleeps | self._waits.functions()
        # A mock stays where it is: the test asks it for its calls.
        self._sleeps = {key: pair for key, pair in pairs.items() if not self._replaced.sees_mock(pair[0])}
        fakes = {key: fake for key, (_, fake) in self._sleeps.items()}
        self._engines = Engines(fakes, self.now, self.wait, self._hidden.note)
        self._patches, self._tellers = Patches(), Patches()
        self.running = True
        self._install(self._patches)
        self._install_tellers(self._tellers)
        self._hidden.watch(self._patches, [self._time.fakes["sleep"], *(fake for _, fake in sleeps.values())])
        self._hidden.look()
        self._imports = awaited_import(self._step_aside, self._freezegun_imported)
        return self

    def __exit__(self, *error: object) -> None:
        self._hidden.look()
        self.running = False
        self._imports.close()
        self._timeline.stop()
        self._loops.settle()
        self.heal()

    def heal(self) -> None:
        """Remove functions of a stopped clock, which a test put back by undoing a patch of its own later."""
        if self.running:
            return
        self._tellers.undo()
        self._replaced.undo()
        self._patches.undo()
        originals = {id(fake): (fake, found) for found, fake in (self._sleeps | self._time.pairs(*TELLERS)).values()}
        for namespace, name in places().find_new(originals):  # in modules that were imported meanwhile
            namespace[name] = originals[id(namespace[name])][1]

    def now(self) -> float:
        """Virtual seconds since the start: real time, and everything that was slept or advanced."""
        if self.running:
            self._hidden.look()
        return (self._timeline.now() - self._start) / 1e9

    def slept(self) -> float:
        """The seconds that the flow of work that runs here has slept so far."""
        return self._slept.get(self._flow(), 0.0)

    def waited(self) -> float:
        """The seconds that passed so far while somebody waited."""
        return self._timeline.waited / 1e9

    def wait(self, seconds: float) -> None:
        """Move all clocks on and log it, as if the application had slept."""
        self._log(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move all clocks on; no wait is logged."""
        self._timeline.advance(round(seconds * 1e9))

    def look_at_callers(self) -> None:
        """Note that a test passed a sleep, or a clock, of its own to what runs here."""
        frame = sys._getframe(1)
        if not self.hidden and passes_its_own(frame, {id(fake) for _, fake in self._sleeps.values()}):
            self._hidden.note("the test passed a sleep of its own")
        self._own_clock = self._own_clock or passes_its_own(frame, {id(self._time.fakes[name]) for name in TELLERS})

    def _install(self, patches: Patches) -> None:
        self._read_modules()
        self._replace(patches, ("sleep",), self._sleeps)
        self._loops.install(patches)
        self._waits.install(patches)
        self._greenlets.install(patches)
        self._engines.install(patches)
        self._freezing.install(patches)
        children.install(patches, self._timeline)

    def _read_modules(self) -> None:
        functions = self._sleeps.keys() | self._time.pairs(*TELLERS).keys()
        places().read(functions)
        holders().read(functions)

    def _install_tellers(self, patches: Patches) -> None:
        self._replace(patches, TELLERS, self._time.pairs(*TELLERS))
        dates.install(patches, self._time.moved)

    def _replace(self, patches: Patches, names: tuple[str, ...], targets: Pairs) -> None:
        for name in (one for one in names if not is_replaced(self._time.found[one])):
            patches.put(vars(time), name, self._time.fakes[name], original=self._time.found[name])
        for namespace, name in places().bound(targets):
            found, fake = targets[id(namespace[name])]
            patches.put(namespace, name, fake, original=found)
        for holder in holders().find(targets, self.objects):
            if change := exchanged(holder, targets):
                patches.put(*holder, change[1], original=change[0])

    def _beneath(self, change: Callable[[], Any]) -> Any:
        """Let freezegun replace the functions that tell the time beneath ours."""
        self._step_aside()
        try:
            return change()
        finally:
            self._step_back()

    def _step_aside(self) -> None:
        self._aside_at = self._timeline.now()
        self._tellers.undo()
        self._tellers = Patches()

    def _step_back(self) -> None:
        self._time.find_tellers()
        self._read_modules()
        self._install_tellers(self._tellers)
        self._timeline.measure_with(real_clock(self._time.found["monotonic_ns"]), self._aside_at)

    def _freezegun_imported(self, name: str) -> None:
        self._step_back()
        self._freezing.install(self._patches)

    def _log(self, seconds: float) -> None:
        flow = self._flow()
        with self._lock:
            self.waits.append(seconds)
            self._slept[flow] = self._slept.get(flow, 0.0) + seconds

    def _is_heard(self) -> bool:
        return self.running and time.monotonic is self._time.fakes["monotonic"]

    @property
    def shift(self) -> int:
        """The nanoseconds that its functions add to real time."""
        return self._timeline.shift - self._freezing.base

    def sleep(self, seconds: Any, caller: types.FrameType) -> None:
        """`time.sleep`, as called by this frame: time moves on at once, and the wait is logged."""
        found, value = (
            self._time.found["sleep"],
            seconds if isinstance(seconds, float) else operator.index(seconds),
        )
        # `subprocess` polls with `time.sleep` for the end of a process, which takes real time.
        real = not self.running or caller.f_globals is vars(subprocess) or is_machinery(caller)
        real = real or (not self._serves() and _is_of_libraries(caller))
        if not real and 0 <= value <= LONGEST:  # for anything else the original raises its own error
            self._log(float(value))
            if isinstance(found, types.BuiltinFunctionType):
                self._timeline.sleep(round(value * 1e9), SLEEP if self._serves() else FOREIGN)
                seconds = 0
            elif self._greenlets.sleeps_by(found):
                self._greenlets.sleep(found, value)
                return
            else:  # the test's own mock, which may count its calls
                self.advance(value)
        found(seconds)


def _is_of_libraries(frame: types.FrameType | None) -> bool:
    """Whether no function of a project runs in this thread, as in one of dramatiq's that looks for time limits.

    Its sleeps are no waits of the application: they would move time on without end.
    """
    while frame is not None:
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if package not in sys.stdlib_module_names and "-packages" not in frame.f_code.co_filename:
            return False
        frame = frame.f_back
    return True
