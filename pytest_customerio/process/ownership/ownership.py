"""Maps each thread, task and queued item to the test that started it, also when that test is over."""

from __future__ import annotations

import asyncio
import sys
import threading
from asyncio import all_tasks
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import current_thread, get_ident
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from pytest_customerio.process.ownership.flows import Flow, Flows, is_greenlet, running, running_task
from pytest_customerio.process.ownership.frames import current_frames
from pytest_customerio.process.ownership.idle import awaits_work, idle_threads, is_idle
from pytest_customerio.process.ownership.queues import QueueWatch
from pytest_customerio.process.ownership.weak_maps import give, has_any, keys, keys_of
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_machinery

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

T = TypeVar("T")

# Most tests start no thread and no task: this set, which is never changed, saves them three new ones.
_NONE: WeakSet[Any] = WeakSet()

_UNKNOWN = "what is started there belongs to the test that runs at the time"


def _defining(kind: Any) -> Any:
    """The class that defines `start`: where gevent has replaced threads, it is a base class of `threading.Thread`."""
    return next((one for one in kind.__mro__ if "start" in vars(one)), kind)


START = Part(PYTHON, "threading", "Thread.start", "which test starts a thread", _UNKNOWN, owner=_defining)
SUBMIT = Part(
    PYTHON, "concurrent.futures.thread", "ThreadPoolExecutor.submit", "which test gives work to an executor", _UNKNOWN
)
RUN = Part(
    PYTHON,
    "asyncio.base_events",
    "BaseEventLoop.run_forever",
    "which event loops there are, and in which thread each runs",
    "tasks in event loops are not waited for",
)
CREATE = Part(PYTHON, "asyncio.base_events", "BaseEventLoop.create_task", "which test starts a task", _UNKNOWN)
PARTS = (START, SUBMIT, RUN, CREATE)


class Ownership(Generic[T]):
    """The test that runs now, and the tests that left something running.

    A thread, a task or the work of an executor belongs to the test in whose call phase it was started. An item of a
    queue belongs to the test that put it there. What fixtures and imports start may serve many tests, and belongs to
    none. A worker that was idle when the call phase began and took an item since then belongs to this test. A worker
    that takes an item later belongs to the test that queued the item.
    """

    def __init__(self) -> None:
        self.test: T | None = None
        self.flows = Flows()
        self._calling = False
        self._threads: WeakKeyDictionary[threading.Thread, T] = WeakKeyDictionary()
        self._work: WeakKeyDictionary[Future[Any], T] = WeakKeyDictionary()
        self._tasks: WeakKeyDictionary[asyncio.Future[Any], T] = WeakKeyDictionary()
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
        self._before: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._ready: WeakSet[threading.Thread] = WeakSet()
        self._ready_tasks: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._queued: QueueWatch[tuple[T | None, Flow | None]] = QueueWatch(self._put, self._take)
        self._test_thread: threading.Thread | None = None

    def watch(self, patches: Patches) -> None:
        """Note which test starts each thread, task and piece of work; nothing else changes."""
        self._queued.watch(patches)
        patches.patch(START, self._starting)
        patches.patch(SUBMIT, self._submitting)
        patches.patch(RUN, self._running)
        patches.patch(CREATE, self._creating)

    def begin_call(self) -> None:
        """The call phase of the test begins: what is started from now on belongs to the test."""
        self._test_thread, self._calling = current_thread(), True
        self._release()
        tasks, threads = self._all_tasks(), idle_threads()
        self._before = WeakSet(tasks) if tasks else _NONE
        self._ready = WeakSet(threads) if threads else _NONE
        self._ready_tasks = WeakSet(task for task in tasks if awaits_work(task)) if tasks else _NONE

    def end(self) -> None:
        """The test is over; what it left running still belongs to it."""
        test = self.test
        if test is not None and self._calling:
            for task in self.tasks():
                self._tasks[task] = test
            for thread in self._busy_threads(test):
                self._threads[thread] = test
        self.test, self._calling = None, False
        self._release()

    def current(self) -> T | None:
        """The test to which the calling thread or task belongs: the one that runs now unless another one started it."""
        owner: T | None = self._threads.get(current_thread()) if has_any(self._threads) else None
        if owner is None and has_any(self._tasks) and (task := running_task()) is not None:
            owner = self._tasks.get(task)
        return owner if owner is not None else self.test

    def serves(self) -> bool:
        """Whether the calling thread works for the test that runs now."""
        one = running()
        thread = one if isinstance(one, threading.Thread) else current_thread()
        mine = thread is self._test_thread or self._threads.get(thread) is self.test
        return self.test is not None and (mine or is_greenlet(one))

    def is_busy(self) -> bool:
        """Whether something that the current test started, or gave work to, is still running without our help."""
        if self.test is None or not self._calling:
            return False
        if self._busy_threads(self.test) or self._queued.waiting(self._is_own_item):
            return True
        if has_any(self._work) and any(not one.done() for one in keys_of(self.test, self._work)):
            return True
        if not has_any(self._loops):
            return False
        here = get_ident()
        loops = {task.get_loop() for task in self.tasks()}
        return any(loop.is_running() and self._loops.get(loop) != here for loop in loops)

    def tasks(self) -> list[asyncio.Task[Any]]:
        """The tasks of the call phase that have not ended."""
        if not self._calling or not has_any(self._loops):
            return []
        return [task for task in self._all_tasks() if self._is_own(task) and not awaits_work(task)]

    def still_loops(self) -> list[asyncio.AbstractEventLoop]:
        """The open event loops of this thread that do not run now."""
        own = get_ident()
        return [loop for loop in self._open_loops() if self._loops.get(loop) == own and not loop.is_running()]

    def _open_loops(self) -> list[asyncio.AbstractEventLoop]:
        return [loop for loop in keys(self._loops) if not loop.is_closed()]

    def _is_own(self, task: asyncio.Task[Any]) -> bool:
        owner = self._tasks.get(task)
        return task not in self._before or task in self._ready_tasks if owner is None else owner is self.test

    def _all_tasks(self) -> list[asyncio.Task[Any]]:
        return [task for loop in self._open_loops() for task in all_tasks(loop)] if has_any(self._loops) else []

    def _busy_threads(self, test: T) -> list[threading.Thread]:
        if not has_any(self._threads) and self._ready is _NONE:
            return []
        frames = current_frames()
        given = [thread for thread in self._ready if thread not in self._threads]
        return [thread for thread in keys_of(test, self._threads) + given if not is_idle(thread, frames)]

    def _release(self) -> None:
        """Idle threads and tasks, and the calling thread, belong to no test any more."""
        if has_any(self._threads):
            self._threads.pop(current_thread(), None)
            for thread in [thread for thread in keys(self._threads) if is_idle(thread)]:
                self._threads.pop(thread, None)
        if has_any(self._tasks):
            for task in [task for task in keys(self._tasks) if isinstance(task, asyncio.Task) and awaits_work(task)]:
                self._tasks.pop(task, None)

    def _starting(self, original: Callable[..., None]) -> Callable[..., None]:
        def start(thread: threading.Thread) -> None:
            caller = sys._getframe().f_back  # none where a greenlet was spawned to start the thread
            owner = None if caller is not None and is_machinery(caller) else self._starter()
            if owner is not None:
                self._threads[thread] = owner
            self.flows.start(thread)
            original(thread)

        return start

    def _submitting(self, original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
        def submit(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            owner = self._starter()
            work = original(pool, self._owned_by(owner, self.flows.child(), function), *args, **kwargs)
            if owner is not None:
                self._work[work] = owner
            return work

        return submit

    def _running(self, original: Callable[..., None]) -> Callable[..., None]:
        def run_forever(loop: asyncio.AbstractEventLoop) -> None:
            self._loops[loop] = get_ident()
            original(loop)

        return run_forever

    def _creating(self, original: Callable[..., asyncio.Future[Any]]) -> Callable[..., asyncio.Future[Any]]:
        def create_task(loop: asyncio.AbstractEventLoop, *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
            task = original(loop, *args, **kwargs)
            self.flows.start(task)
            owner = self.current()
            if owner is not None and owner is not self.test:
                self._tasks[task] = owner
            return task

        return create_task

    def _owned_by(self, owner: T | None, flow: Flow | None, function: Callable[..., Any]) -> Callable[..., Any]:
        def work(*args: Any, **kwargs: Any) -> Any:
            # The worker belongs to this test until it takes other work: callbacks of the future run after `function`.
            give(self._threads, current_thread(), owner)
            self.flows.enter(flow)
            try:
                return function(*args, **kwargs)
            finally:
                if flow is not None:
                    flow.end()

        return work

    def _put(self) -> tuple[T | None, Flow | None]:
        """The test that puts an item into a queue now, and its flow."""
        return self._starter(), self.flows.handed_over()

    def _is_own_item(self, origin: tuple[T | None, Flow | None] | None) -> bool:
        return origin is not None and origin[0] is self.test

    def _take(self, origin: tuple[T | None, Flow | None] | None) -> bool:
        """Note that the calling thread or task takes an item that came from there; returns whether it is a worker.

        A worker belongs to the owner of the item from now on. A test that takes an item itself is no worker; its tasks
        go on with the work of who gave the item, as workers do.
        """
        owner, giver = origin or (None, None)
        is_worker = self._take_over(owner)
        if is_worker or running_task() is not None:
            self.flows.take(giver)
        return is_worker

    def _take_over(self, owner: T | None) -> bool:
        task, thread = running_task(), current_thread()
        if task is not None:
            if is_worker := task in self._before or task in self._tasks:
                give(self._tasks, task, owner)
            return is_worker
        if thread is not self._test_thread and self._threads.get(thread) is not self.test:
            give(self._threads, thread, owner)
        return thread is not self._test_thread

    def _starter(self) -> T | None:
        """The test that owns what is started now: none where a fixture starts it."""
        owner = self.current()
        return owner if owner is not self.test or self._calling else None
