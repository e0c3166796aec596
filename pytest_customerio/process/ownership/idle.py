"""Tells which threads and tasks are idle: they wait for work, and belong to the test that gives it.

A waiting function is recognised by its code object. What is known of each library:

- CPython: a worker of `concurrent.futures` or of `multiprocessing.pool` waits inside a function written in C, so that
  its own function is the innermost frame. `queue.Queue.get` waits in `threading.Condition.wait`.
- asyncio: an event loop waits in `select`, called from `BaseEventLoop._run_once`; the callbacks that it will run next
  are in `_ready`.
- trio keeps threads for later use (`WorkerThread._work`).
- A server of aiohttp waits for the next request of a connection in `RequestHandler.start`.

Where a library has no such function, its threads and tasks never count as idle, so that the end of a test waits for
them a little longer.
"""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from threading import active_count
from threading import enumerate as all_threads
from types import FrameType
from typing import Any

from pytest_customerio.process.ownership.frames import Functions, caller_of_ours, current_frames
from pytest_customerio.process.parts import AIOHTTP, ANYIO, PYTHON, TRIO, Library, Part

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


def _place(library: Library, module: str, path: str, who: str = "a thread", *, optional: bool = False) -> Part:
    why = f"{who} that runs it is idle"
    return Part(library, module, path, why, f"{who} that runs it counts as busy", recognised=True, optional=optional)


def _nothing(frame: FrameType) -> object:
    return None


def _selected(frame: FrameType) -> object:
    """The work that a thread which selects will do at once: callbacks of its event loop, or the end of a process."""
    caller = frame.f_back
    while caller is not None and any(caller.f_globals is namespace for namespace in _BETWEEN):
        caller = caller.f_back
    if caller is not None and _LOOP.get(caller):
        return caller.f_locals["self"]._ready
    return caller is not None and caller.f_globals is vars(subprocess)


# A thread that runs this function waits to be given work -> the work that is there already and will be taken at once.
THREADS: Functions[Callable[[FrameType], object]] = Functions(
    {
        _place(PYTHON, "queue", "Queue.get"): lambda frame: frame.f_locals["self"]._qsize(),
        _place(PYTHON, "concurrent.futures.thread", "_worker"): _nothing,  # its work is known as futures
        # The work of a pool's workers is in the cache of the pool, whose two helper threads hold it.
        _place(PYTHON, "multiprocessing.pool", "worker"): _nothing,
        _place(PYTHON, "multiprocessing.pool", "Pool._handle_tasks"): lambda frame: frame.f_locals["cache"],
        _place(PYTHON, "multiprocessing.pool", "Pool._handle_results"): lambda frame: frame.f_locals["cache"],
        _place(PYTHON, "multiprocessing.queues", "Queue._feed"): lambda frame: frame.f_locals["buffer"],
        _place(PYTHON, "selectors", "SelectSelector.select"): _selected,
        _place(PYTHON, "selectors", "_PollLikeSelector.select", optional=True): _selected,
        _place(PYTHON, "selectors", "EpollSelector.select", optional=True): _selected,
        _place(PYTHON, "selectors", "KqueueSelector.select", optional=True): _selected,
        _place(PYTHON, "socket", "socket.accept"): _nothing,
        _place(TRIO, "trio._core._thread_cache", "WorkerThread._work"): _nothing,
    }
)
# A task that waits in one of these coroutines waits to be given work.
TASKS = Functions(
    {
        _place(PYTHON, "asyncio.queues", "Queue.get", "a task"): True,
        _place(PYTHON, "asyncio.streams", "StreamReader._wait_for_data", "a task"): True,
        _place(AIOHTTP, "aiohttp.web_protocol", "RequestHandler.start", "a task"): True,
        _place(ANYIO, "anyio.streams.memory", "MemoryObjectReceiveStream.receive", "a task"): True,
    }
)
_LOOP = Functions({_place(PYTHON, "asyncio.base_events", "BaseEventLoop._run_once"): True})
_CONDITION = Functions({_place(PYTHON, "threading", "Condition.wait"): True})
PARTS = (*THREADS.parts, *TASKS.parts, *_LOOP.parts, *_CONDITION.parts)
# Namespaces of modules whose functions stand between an event loop and the `select` that it calls.
_BETWEEN: list[Mapping[str, object]] = []


def look_through(namespace: Mapping[str, object]) -> None:
    """Overlook the functions of this module where it calls `select` for an event loop; give its `globals()`."""
    _BETWEEN.append(namespace)


def is_alive(thread: threading.Thread) -> bool:
    """Whether a thread has not ended. One that Python did not start raises where it has (CPython 3.11 to 3.13)."""
    try:
        return thread.is_alive()
    except (AssertionError, RuntimeError):
        return False


def is_idle(thread: threading.Thread, frames: Mapping[int, FrameType] | None = None) -> bool:
    """Whether a thread has ended, or waits to be given work; `frames` says where all threads stand."""
    frame = (current_frames() if frames is None else frames).get(thread.ident or 0)
    if frame is None:
        return not is_alive(thread)
    frame = caller_of_ours(frame)
    if _CONDITION.get(frame) and frame.f_back is not None:
        frame = frame.f_back
    waiting = THREADS.get(frame)
    try:
        return waiting is not None and not waiting(frame)
    except (AttributeError, KeyError):  # a release in which the variable or attribute has another name: it is busy
        return False


def idle_threads() -> list[threading.Thread]:
    """All threads that wait to be given work."""
    if active_count() == 1:  # only the one that asks
        return []
    frames = current_frames()
    return [thread for thread in all_threads() if is_idle(thread, frames)]


def awaits_work(task: asyncio.Task[Any]) -> bool:
    """Whether a task waits to be given work, and has not been given any.

    The future that a task waits for has no public name: `_fut_waiter` is private (CPython 3.11 to 3.13, and uvloop).
    Without it every task counts as busy.
    """
    given = getattr(task, "_fut_waiter", None)
    return given is not None and not given.done() and any(TASKS.get(frame) for frame in _frames(task))


def _frames(task: asyncio.Task[Any]) -> Iterator[FrameType | None]:
    """The frames of the coroutines in which a task stands, outermost first."""
    inner: Any = task.get_coro()
    while inner is not None:
        yield getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
