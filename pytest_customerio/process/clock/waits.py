"""Waits for other threads, and for files, with a timeout: they end in virtual time, or as soon as they are woken.

An application waits between two attempts with `Event.wait(seconds)`, `Queue.get(timeout=…)` or `select(…, seconds)` as
often as with `time.sleep`. All waits of `threading`, `queue` and `concurrent.futures` end in the method `acquire` of a
lock, which is written in C. It is replaced in the class of the lock (CPython 3.11 to 3.13), because the modules hold
no other name that could be replaced; without it such waits take real time.
"""

from __future__ import annotations

import _thread
import concurrent.futures
import concurrent.futures.thread
import contextlib
import functools
import queue
import select
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from pytest_customerio.process.clock import parked
from pytest_customerio.process.clock.moments import Moment
from pytest_customerio.process.clock.timeline import FOR_EVER, TIMER, WAIT, Timeline
from pytest_customerio.process.ownership import frames
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import IMMUTABLE, Patches
from pytest_customerio.process.recognition import is_machinery

_WHY = "waiting for another thread with a timeout takes no time"
_REAL = "such waits take real time, and are not logged"
LOCKS = (
    Part(PYTHON, "_thread", "LockType.acquire", _WHY, _REAL),
    Part(PYTHON, "_thread", "RLock.acquire", _WHY, _REAL),
)
SIMPLE = Part(PYTHON, "_queue", "SimpleQueue.get", _WHY, _REAL, optional=True)
JOIN = Part(PYTHON, "threading", "Thread.join", _WHY, _REAL)
# Names of `time.monotonic` in modules that count how much of a timeout is left.
CLOCKS = (
    Part(PYTHON, "threading", "_time", "timeouts are counted in virtual time", _REAL),
    Part(PYTHON, "queue", "time", "timeouts are counted in virtual time", _REAL),
)
SELECT = Part(PYTHON, "select", "select", "waiting for files takes no time, wherever it was imported", _REAL)
PARTS = (*LOCKS, SIMPLE, JOIN, *CLOCKS, SELECT)
# Modules whose functions stand between a caller and the lock that it waits for.
_BETWEEN = tuple(
    vars(module) for module in (threading, queue, concurrent.futures._base, concurrent.futures.thread, contextlib)
)
_OURS = str(Path(__file__).parents[2])


class Waits:
    """The patches of functions that wait with a timeout, while time is virtual.

    `serves()` says whether the calling thread works for the test. Other threads, the standard library, and what runs
    tests wait for real: they would let time pass that the application never waited for.
    """

    def __init__(self, timeline: Timeline, log: Callable[[float], None], serves: Callable[[], bool]) -> None:
        self.serves = serves
        self._timeline, self._log = timeline, log
        self._thread = threading.get_ident()
        self._select = self._selecting(select.select)

    def functions(self) -> dict[int, tuple[Any, Any]]:
        """The functions that are replaced wherever they were imported, by `id`, each with what takes its place."""
        return {id(select.select): (select.select, self._select)}

    def install(self, patches: Patches) -> None:
        """Replace the methods that wait, and the clocks that they count with."""
        if sys.implementation.name == "cpython" and is_genuine():
            for part in LOCKS:
                patches.patch(part, self._acquiring)
            patches.patch(SIMPLE, self._getting)
            patches.patch(JOIN, self._joining)
        for part in CLOCKS:
            patches.patch(part, self._counting)
        patches.patch(SELECT, lambda original: self._select)

    def wait(self, seconds: float, come: Callable[[float], bool], *, files: bool = False) -> bool:
        """Wait until `come(seconds)`, which waits for real, says that it has come; at most so many virtual seconds.

        With `files` it may come from outside this process.
        """
        if come(0):
            return True
        virtual, late = self._timeline, []
        deadline = virtual.now() + round(seconds * 1e9)

        def look() -> bool:
            if came := come(0):
                late.append(came)
            return came

        with virtual.turn(deadline, TIMER if files else WAIT, lambda: files, look) as turn:
            while not turn.is_over():
                if come(turn.step()):
                    return True
        left = (deadline - virtual.now()) / 1e9
        return bool(late) or come(max(left, 0))  # time is left where the clock has stopped meanwhile

    def wait_as_sleep(self, seconds: float, come: Callable[[float], bool], *, files: bool = False) -> bool:
        """As `wait`; it is logged where nothing came, like a sleep."""
        came = self.wait(seconds, come, files=files)
        if not came:
            self._log(_as_asked(seconds))
        return came

    def concerns(self, seconds: object, frame: FrameType | None) -> bool:
        """Whether this is a wait of the application, called from `frame`, for the test that runs."""
        if not self._timeline.active or not isinstance(seconds, int | float) or not 0 < seconds < FOR_EVER:
            return False
        while frame is not None and any(frame.f_globals is namespace for namespace in _BETWEEN):
            frame = frame.f_back
        return (frame is None or _is_of_the_application(frame)) and self.serves()

    def in_test_thread(self) -> bool:
        """Whether the test itself runs here: the thread, or greenlet, in which the case began."""
        return threading.get_ident() == self._thread

    def _awaits_work(self, frame: FrameType | None) -> bool:
        """Whether a worker waits to be given work: that is no pause between two attempts."""
        while frame is not None and frame.f_globals is vars(threading):
            frame = frame.f_back
        at_queue = frame is None or frame.f_globals is vars(queue)
        return at_queue and not self.in_test_thread()

    def _acquiring(self, original: Callable[..., bool]) -> Callable[..., bool]:
        def acquire(lock: Any, blocking: Any = True, timeout: Any = -1) -> bool:  # noqa: FBT002 - as the original
            frame = sys._getframe().f_back
            if timeout != -1 and blocking and self.concerns(timeout, frame):
                wait = self.wait if self._awaits_work(frame) else self.wait_as_sleep
                return wait(timeout, functools.partial(_acquired, original, lock))
            return original(lock, blocking, timeout)

        return acquire

    def _getting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get(one: Any, block: Any = True, timeout: Any = None) -> Any:  # noqa: FBT002 - as the original
            if timeout is None and block is True:
                return _taken_in_the_end(original, one)
            if timeout is None or not block or not self.concerns(timeout, sys._getframe().f_back):
                return original(one, block, timeout)
            got: list[Any] = []
            wait = self.wait if self._awaits_work(None) else self.wait_as_sleep
            if wait(timeout, functools.partial(_taken, original, one, got)):
                return got[0]
            raise queue.Empty

        return get

    def _joining(self, original: Callable[..., None]) -> Callable[..., None]:
        def join(thread: threading.Thread, timeout: float | None = None) -> None:
            if timeout is None or not self.concerns(timeout, sys._getframe().f_back):
                original(thread, timeout)
            else:
                self.wait(timeout, functools.partial(_joined, original, thread))

        return join

    def _selecting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def ready_files(rlist: Any, wlist: Any, xlist: Any, timeout: Any = None, /) -> Any:
            if not self.concerns(timeout, sys._getframe().f_back):
                return original(rlist, wlist, xlist, timeout)
            files = tuple(map(list, (rlist, wlist, xlist)))  # they may be iterators
            ready: list[Any] = []
            come = functools.partial(_ready, original, files, ready)
            return ready[-1] if self.wait_as_sleep(timeout, come, files=any(files)) else ([], [], [])

        return functools.update_wrapper(ready_files, original)

    def _counting(self, original: Callable[[], float]) -> Callable[[], float]:
        def time() -> float:
            concerned = self.concerns(1, sys._getframe().f_back)
            return Moment(original(), self._timeline.shift / 1e9) if concerned else original()

        return time


def is_genuine() -> bool:
    """Whether threads wait in locks of CPython: gevent replaces them by locks of greenlets (see `greenlets`)."""
    return bool(_thread.LockType.__flags__ & IMMUTABLE)


def _as_asked(seconds: float) -> float:
    """The timeout of `Queue.get`, of which the queue has taken off the microseconds that it took itself."""
    asked = round(seconds, 3)
    return asked if 0 < asked - seconds < 1e-4 else seconds


def _acquired(original: Callable[..., bool], lock: Any, seconds: float) -> bool:
    return original(lock, blocking=True, timeout=seconds)


def _taken(original: Callable[..., Any], one: Any, got: list[Any], seconds: float) -> bool:
    try:
        got.append(original(one, block=True, timeout=seconds))
    except queue.Empty:
        return False
    return True


def _taken_in_the_end(original: Callable[..., Any], one: Any) -> Any:
    """Wait for real. The thread is parked here: `SimpleQueue.get` is written in C, and has no frame."""
    return original(one)


def _joined(original: Callable[..., None], thread: threading.Thread, seconds: float) -> bool:
    original(thread, seconds)
    return not thread.is_alive()


def _ready(original: Callable[..., Any], files: tuple[list[Any], ...], ready: list[Any], seconds: float) -> bool:
    ready.append(original(*files, seconds))
    return any(ready[-1])


def _is_of_the_application(frame: FrameType) -> bool:
    """Whether a frame runs neither the standard library, nor what runs tests, nor this package."""
    package = str(frame.f_globals.get("__name__")).partition(".")[0]
    ours = frame.f_code.co_filename.startswith(_OURS)
    library = package in sys.stdlib_module_names or package == "gevent"
    return not library and not ours and not is_machinery(frame)


# A thread that waits here in virtual time is parked. One that waits for real is judged by the function that called.
for _function in (_acquired, _taken, _taken_in_the_end, _joined, _ready):
    parked.PARKED.add(_function, meaning=True)
frames.look_through(globals())
