"""gevent: greenlets sleep, and wait with a timeout, in virtual time.

A greenlet waits in the hub of its thread, whose timers are written in C and cannot be moved. While a case is replayed,
a sleep is many short real ones, in which the other greenlets run, until its turn has come. The timer of a timeout
fires again and again in the same way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Any

from pytest_customerio.process.clock.timeline import GREENLET, TIMER, UNSEEN, Timeline, Turn
from pytest_customerio.process.clock.waits import Waits
from pytest_customerio.process.parts import GEVENT, Part
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_defined_in

_REAL = "greenlets wait in real time, and their waits are not logged"
SLEEP = Part(GEVENT, "gevent.hub", "sleep", "sleeping takes no time and is logged, wherever it was imported", _REAL)
# `Event.wait`, `Queue.get`, locks and joins of gevent all start one of these where they are given a timeout.
START = Part(GEVENT, "gevent.timeout", "Timeout.start", "waiting with a timeout takes no time", _REAL)
PARTS = (SLEEP, START)
# Real seconds between two looks.
STEP = 0.005


class Greenlets:
    """The patches of gevent while time is virtual."""

    def __init__(self, timeline: Timeline, log: Callable[[float], None], waits: Waits) -> None:
        self._timeline, self._log, self._waits = timeline, log, waits

    def sleeps(self) -> dict[int, tuple[Any, Any]]:
        """The function that sleeps in a greenlet, by its `id`, with what takes its place."""
        found = SLEEP.find()
        return {id(real): (real, self._sleep(real))} if found and (real := getattr(*found)) else {}

    def sleeps_by(self, function: object) -> bool:
        """Whether this is the function that sleeps in a greenlet, which gevent puts in the place of `time.sleep`."""
        return (hub := sys.modules.get("gevent.hub")) is not None and is_defined_in(function, hub)

    def install(self, patches: Patches) -> None:
        """Replace the method that starts a timeout."""
        patches.patch(START, self._starting)

    def sleep(self, real: Callable[[float], object], seconds: float) -> None:
        """Let this greenlet wait for so many virtual seconds; `real` is the sleep of gevent."""
        with self._timeline.turn(self._timeline.now() + round(seconds * 1e9), UNSEEN, _always) as turn:
            while not turn.is_over():
                real(turn.step())

    def _sleep(self, real: Callable[..., object]) -> Callable[..., object]:
        def sleep(seconds: Any = 0, ref: Any = True) -> object:  # noqa: FBT002 - as the original
            if not self._waits.concerns(seconds, sys._getframe().f_back):
                return real(seconds, ref)
            self._log(float(seconds))
            self.sleep(real, seconds)
            return None

        return sleep

    def _starting(self, original: Callable[..., None]) -> Callable[..., None]:
        def start(timeout: Any) -> None:
            if not timeout.pending and self._waits.concerns(timeout.seconds, _caller(sys._getframe().f_back)):
                log = self._log if timeout._one_shot and self._waits.in_test_thread() else _nothing
                timeout.timer = _Timer(timeout, self._timeline, log)
            original(timeout)

        return start


class _Timer:
    """The timer of a timeout, in virtual time: it looks again and again whether its moment has come.

    A timeout that gevent starts for one wait (`_one_shot`, private, gevent 1.3 and later) waits for other greenlets;
    one of the application may wait for a real connection, so that more real time is left to it.
    """

    def __init__(self, timeout: Any, timeline: Timeline, log: Callable[[float], None]) -> None:
        self._real, self._seconds = timeout.timer, timeout.seconds
        self._timeline, self._log = timeline, log
        self._patience = GREENLET if timeout._one_shot else TIMER
        self._ticks = self._real.loop.timer(0.001, STEP, ref=self._real.ref, priority=self._real.priority)
        self._stack = ExitStack()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ticks, name)

    def start(self, callback: Callable[..., object], *args: object, **update: object) -> None:
        """Call back at the moment when the time is over."""
        deadline = self._timeline.now() + round(self._seconds * 1e9)
        turn = self._stack.enter_context(self._timeline.turn(deadline, self._patience, _always))
        self._ticks.start(self._look, turn, callback, *args, **update)

    def stop(self) -> None:
        """Do not call back."""
        self._ticks.stop()
        self._stack.close()

    def close(self) -> None:
        """Free both timers."""
        self.stop()
        self._ticks.close()
        self._real.close()

    def _look(self, turn: Turn, callback: Callable[..., object], *args: object) -> None:
        if turn.is_over():
            self.stop()
            self._log(self._seconds)
            callback(*args)
        else:
            turn.step()


def _caller(frame: FrameType | None) -> FrameType | None:
    """The innermost frame outside the modules of gevent that stand between a wait and its timeout."""
    between = [vars(sys.modules[name]) for name in ("gevent.timeout", "gevent.thread") if name in sys.modules]
    while frame is not None and any(frame.f_globals is namespace for namespace in between):
        frame = frame.f_back
    return frame


def _always() -> bool:
    return True


def _nothing(seconds: float) -> None:
    """Log nothing."""
