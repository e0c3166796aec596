"""Whose request is it? A thread or task works for the test that started it, also when that test is over."""

from __future__ import annotations

import asyncio
import sys
import threading
import types
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from pytest_customerio.taps.patching import Patches

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Where a thread stands that waits to be given work: what it does next, it does for whoever gives it.
IDLE = frozenset(
    {
        ("queue", "get"),
        ("pytest_customerio.taps.analytics", "get"),
        ("concurrent.futures.thread", "_worker"),
        ("multiprocessing.pool", "worker"),
        ("selectors", "select"),
        ("socket", "accept"),
        ("trio._core._thread_cache", "_work"),
    }
)
# How far below the innermost frame that place may lie: `queue.get` waits in `threading.wait`.
DEPTH = 3

T = TypeVar("T")


class Owners(Generic[T]):
    """The test at work, and those that left something running.

    Threads and executors' work belong to the test in whose call phase they were started; what fixtures start may serve
    many tests. A thread that waits for work when its test ends serves whoever gives it some from then on.
    """

    def __init__(self) -> None:
        self.test: T | None = None
        self._calling = False
        self._threads: WeakKeyDictionary[threading.Thread, T] = WeakKeyDictionary()
        self._work: WeakKeyDictionary[Future[Any], T] = WeakKeyDictionary()
        self._tasks: WeakKeyDictionary[asyncio.Future[Any], T] = WeakKeyDictionary()
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
        self._before: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._here = threading.local()

    def watch(self, patches: Patches) -> None:
        """Note who starts what; everything is started as ever."""
        patches.wrap(threading.Thread, "start", self._starting)
        patches.wrap(ThreadPoolExecutor, "submit", self._submitting)
        patches.wrap(asyncio.BaseEventLoop, "run_forever", self._running)
        patches.wrap(asyncio.BaseEventLoop, "create_task", self._creating)

    def begin_call(self) -> None:
        """The test at work comes to its own part: what is started now is its own."""
        self._calling = True
        self._before = WeakSet(self._all_tasks())

    def end(self) -> None:
        """The test is over; what it left running goes on in its name."""
        test = self.test
        if test is not None:
            self._tasks.update(dict.fromkeys(self.tasks(), test))
            for thread in [one for one, owner in list(self._threads.items()) if owner is test and is_idle(one)]:
                del self._threads[thread]
        self.test, self._calling = None, False

    def current(self) -> T | None:
        """The test for which the caller works."""
        owner: T | None = getattr(self._here, "owner", None)
        if owner is None and self._threads:
            owner = self._threads.get(threading.current_thread())
        if owner is None and self._tasks and (task := _current_task()) is not None:
            owner = self._tasks.get(task)
        return owner if owner is not None else self.test

    def is_busy(self) -> bool:
        """Whether threads that the test at work started are still doing something."""
        own = [thread for thread, owner in list(self._threads.items()) if owner is self.test]
        work = [one for one, owner in list(self._work.items()) if owner is self.test]
        return not (all(is_idle(thread) for thread in own) and all(one.done() for one in work))

    def tasks(self) -> list[asyncio.Task[Any]]:
        """What the call phase left pending in event loops."""
        return [task for task in self._all_tasks() if task not in self._before]

    def still_loops(self) -> list[asyncio.AbstractEventLoop]:
        """The open event loops of this thread that stand still."""
        own = threading.get_ident()
        loops = [loop for loop, thread in list(self._loops.items()) if thread == own]
        return [loop for loop in loops if not (loop.is_closed() or loop.is_running())]

    def _all_tasks(self) -> list[asyncio.Task[Any]]:
        loops = [loop for loop in list(self._loops) if not loop.is_closed()]
        return [task for loop in loops for task in asyncio.all_tasks(loop)]

    def _starting(self, original: Callable[..., None]) -> Callable[..., None]:
        def start(thread: threading.Thread) -> None:
            owner = self._starter()
            if owner is not None:
                self._threads[thread] = owner
            original(thread)

        return start

    def _submitting(self, original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
        def submit(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            owner = self._starter()
            if owner is None:
                return original(pool, function, *args, **kwargs)
            work = original(pool, self._in_the_name_of(owner, function), *args, **kwargs)
            self._work[work] = owner
            return work

        return submit

    def _running(self, original: Callable[..., None]) -> Callable[..., None]:
        def run_forever(loop: asyncio.AbstractEventLoop) -> None:
            self._loops[loop] = threading.get_ident()
            original(loop)

        return run_forever

    def _creating(self, original: Callable[..., asyncio.Future[Any]]) -> Callable[..., asyncio.Future[Any]]:
        def create_task(loop: asyncio.AbstractEventLoop, *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
            task = original(loop, *args, **kwargs)
            parent = _current_task() if self._tasks else None
            if parent is not None and parent in self._tasks:
                self._tasks[task] = self._tasks[parent]
            return task

        return create_task

    def _in_the_name_of(self, owner: T, function: Callable[..., Any]) -> Callable[..., Any]:
        def work(*args: Any, **kwargs: Any) -> Any:
            self._here.owner = owner
            try:
                return function(*args, **kwargs)
            finally:
                self._here.owner = None

        return work

    def _starter(self) -> T | None:
        """The test that a thread started now belongs to: none where a fixture starts it."""
        owner = self.current()
        return owner if owner is not self.test or self._calling else None


def is_idle(thread: threading.Thread) -> bool:
    """Whether a thread has ended, or waits to be given work."""
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return not thread.is_alive()
    return any(place in IDLE for place in _places(frame))


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs here
        return None


def _places(frame: types.FrameType) -> Iterable[tuple[str, str]]:
    inner: types.FrameType | None = frame
    for _ in range(DEPTH):
        if inner is not None:
            yield inner.f_globals.get("__name__", ""), inner.f_code.co_name
            inner = inner.f_back
