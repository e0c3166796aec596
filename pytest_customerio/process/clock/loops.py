"""Event loops in virtual time: asyncio's selectors and sleeps, and the sleeps of loops that keep their own time."""

from __future__ import annotations

import asyncio
import heapq
import math
import sys
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pytest_customerio.process.clock import parked
from pytest_customerio.process.clock.timeline import FOR_EVER, FOREIGN, SLEEP, TIMER, UNSEEN, Timeline
from pytest_customerio.process.clock.waits import Waits
from pytest_customerio.process.ownership import idle
from pytest_customerio.process.parts import PYTHON, TRIO, Part
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_defined_in

# Each operating system has some of these kinds.
SELECTORS = tuple(
    Part(
        PYTHON,
        "selectors",
        f"{name}.select",
        "the timers of event loops follow virtual time",
        "timers of such loops take real time",
        optional=True,
    )
    for name in ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")
)
_REAL_SLEEP = "sleeping tasks take real time, and their waits are not logged"
PARTS = (
    *SELECTORS,
    Part(PYTHON, "asyncio", "sleep", "sleeping takes no time and is logged, wherever it was imported", _REAL_SLEEP),
    Part(
        TRIO,
        "trio",
        "sleep",
        "sleeping takes no time and is logged, wherever it was imported",
        _REAL_SLEEP,
    ),
)
# Nanoseconds: a timer is due only after its time, and a frozen clock shows as little as a quarter of a microsecond.
SLACK = 1000
# Nanoseconds that a timer of `asyncio.sleep` may lie from the moment when we saw the sleep begin.
NEAR = 5_000_000


class Loops:
    """The patches of asyncio (and trio) while time is virtual."""

    def __init__(
        self,
        timeline: Timeline,
        log: Callable[[float], None],
        hide: Callable[[str], None],
        ours: Callable[[], bool],
        waits: Waits,
    ) -> None:
        self._timeline, self._log, self._hide, self._ours, self._waits = timeline, log, hide, ours, waits
        self._driven: weakref.WeakSet[Any] = weakref.WeakSet()
        self._sleeps: list[int] = []

    def sleeps(self) -> dict[int, tuple[Any, Any]]:
        """The functions that sleep in a coroutine, by their `id`, each with what takes its place."""
        makers = {"asyncio": self._asyncio_sleep, "trio": self._trio_sleep}
        found = [(getattr(sys.modules.get(name), "sleep", None), make) for name, make in makers.items()]
        return {id(sleep): (sleep, make(sleep)) for sleep, make in found if sleep is not None}

    def install(self, patches: Patches) -> None:
        """Replace the `select` of every kind of selector."""
        for part in SELECTORS:
            patches.patch(part, self._selecting)

    def settle(self) -> None:
        """Give the timers that loops still have the time that each has left: time is real from now on."""
        span, here = self._timeline.shift / 1e9, asyncio._get_running_loop()
        for loop in [loop for loop in self._driven if not loop.is_closed()]:
            move = partial(_move_timers, loop, list(getattr(loop, "_scheduled", ())), span)
            if loop is here or not loop.is_running():
                move()
            else:
                loop.call_soon_threadsafe(move)
        self._driven.clear()

    def _selecting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def select(selector: Any, timeout: float | None = None) -> Any:
            return self._select(original, selector, timeout)

        return select

    def _select(self, original: Callable[..., Any], selector: Any, timeout: float | None) -> Any:
        if timeout is not None and timeout <= 0:
            return original(selector, timeout)
        if timeout is None:
            return _block(original, selector, timeout)
        if not self._owns(selector):
            return self._select_itself(original, selector, timeout)
        if events := original(selector, 0):
            return events
        if timeout >= FOR_EVER and not self._sleeps:
            return _block(original, selector, timeout)
        return self._wait(selector, original, math.ceil(timeout * 1e9) + SLACK)

    def _wait(self, selector: Any, original: Callable[..., Any], span: int) -> Any:
        deadline = self._timeline.now() + span
        sleeping = any(abs(deadline - sleep) < NEAR for sleep in self._sleeps)
        patience = (SLEEP if self._waits.serves() else FOREIGN) if sleeping else TIMER
        late: list[Any] = []

        def look() -> bool:
            late.extend(original(selector, 0))
            return bool(late)

        # A loop that watches more than one file watches a connection, besides its own pipe to itself.
        with self._timeline.turn(deadline, patience, lambda: len(selector.get_map()) > 1, look) as turn:
            while not turn.is_over():
                if events := original(selector, turn.step()):
                    return events
        return late

    def _select_itself(self, original: Callable[..., Any], selector: Any, timeout: float) -> Any:
        """Wait for the files of a selector that belongs to no event loop."""
        if not self._waits.concerns(timeout, sys._getframe(3)):
            return _block(original, selector, timeout)
        ready: list[Any] = []
        come, files = partial(_selected, original, selector, ready), bool(selector.get_map())
        return ready[-1] if self._waits.wait_as_sleep(timeout, come, files=files) else []

    def _owns(self, selector: Any) -> bool:
        """Whether it is the running loop that selects. There is no public way to ask a loop for its selector."""
        loop = asyncio._get_running_loop()
        if loop is None or getattr(loop, "_selector", None) is not selector or not self._drives(loop):
            return False
        self._driven.add(loop)
        return True

    def _drives(self, loop: Any) -> bool:
        """Whether the timers of a loop follow virtual time."""
        own_time = getattr(type(loop), "time", None) is asyncio.BaseEventLoop.time
        return own_time and hasattr(loop, "_selector") and self._ours()

    def _asyncio_sleep(self, found: Callable[..., Any]) -> Callable[..., Any]:
        async def sleep(delay: Any, result: Any = None) -> Any:
            if not self._is_wait(delay):
                return await found(delay, result)
            self._log(float(delay))
            deadline = self._timeline.now() + round(delay * 1e9)
            if not is_defined_in(found, asyncio.tasks):  # the test's own mock, which may count its calls
                self._timeline.reach(deadline)
                return await found(delay, result)
            loop = asyncio.get_running_loop()
            if self._drives(loop):
                with self._sleeping(deadline):
                    return await found(delay, result)
            self._hide(f"the timers of {_name(loop)} keep real time, so timeouts around a wait do not fire")
            return await self._linger(deadline, lambda: found(0, result))

        return sleep

    def _trio_sleep(self, found: Callable[..., Any]) -> Callable[..., Any]:
        async def sleep(seconds: Any) -> None:
            if not self._is_wait(seconds):
                return await found(seconds)  # type: ignore[no-any-return]
            self._log(float(seconds))
            return await self._linger(self._timeline.now() + round(seconds * 1e9), lambda: found(0))  # type: ignore[no-any-return]

        return sleep

    async def _linger(self, deadline: int, checkpoint: Callable[[], Awaitable[Any]]) -> Any:
        """Wait in a loop whose timers we cannot see; its other tasks run meanwhile."""
        with self._timeline.turn(deadline, UNSEEN, lambda: True) as turn:
            while not turn.is_over():
                self._timeline.pause(turn.step())
                await checkpoint()
        return await checkpoint()  # a deadline that passed before ours cancels us here

    @contextmanager
    def _sleeping(self, deadline: int) -> Iterator[None]:
        self._sleeps.append(deadline)
        try:
            yield
        finally:
            self._sleeps.remove(deadline)

    def _is_wait(self, seconds: object) -> bool:
        """Whether this is a wait: no time at all only lets other tasks go on, and for ever never ends."""
        return self._timeline.active and isinstance(seconds, int | float) and 0 < seconds < math.inf


def _block(original: Callable[..., Any], selector: Any, timeout: float | None) -> Any:
    """Wait for real. This is a function of its own, because a thread in `_select` itself counts as busy."""
    return original(selector, timeout)


def _selected(original: Callable[..., Any], selector: Any, ready: list[Any], seconds: float) -> bool:
    ready.append(original(selector, seconds))
    return bool(ready[-1])


def _name(loop: object) -> str:
    package = type(loop).__module__.partition(".")[0]
    return "this event loop" if package == "asyncio" else package


def _move_timers(loop: Any, timers: list[Any], span: float) -> None:
    """Let timers fire earlier. There is no public way: `_when` and `_scheduled` are private (CPython 3.11 to 3.13)."""
    for timer in timers:
        timer._when -= span
    heapq.heapify(getattr(loop, "_scheduled", []))


# A thread in `_select` counts as busy, because it only polls. `idle` looks at the event loop above it in the stack.
parked.AT_WORK.add(Loops._select, meaning=True)
idle.look_through(globals())
