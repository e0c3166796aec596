"""Who waits to be given work? What such a thread or task does next, it does for whoever gives it some."""

from __future__ import annotations

import asyncio
import threading
import types
from collections.abc import Callable, Iterator, Mapping
from threading import enumerate as all_threads
from typing import Any

from pytest_customerio.process.frames import current_frames

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

Place = tuple[str, str]


def _nothing(frame: types.FrameType) -> object:
    return None


def _selected(frame: types.FrameType) -> object:
    """What a thread that selects is about: an event loop to be told of new callbacks, a process to end."""
    caller = frame.f_back
    while caller is not None and _place(caller)[0] == "pytest_customerio.process.clock.loops":
        caller = caller.f_back
    if caller is not None and _place(caller) == ("asyncio.base_events", "_run_once"):
        return caller.f_locals["self"]._ready
    return _place(caller)[0] == "subprocess"


# Where a thread stands that waits to be given work -> what of it is there already, and will be taken at once.
THREADS: Mapping[Place, Callable[[types.FrameType], object]] = {
    ("queue", "get"): lambda frame: frame.f_locals["self"]._qsize(),
    ("pytest_customerio.clients.analytics", "get"): lambda frame: frame.f_locals["self"].whole._qsize(),
    ("concurrent.futures.thread", "_worker"): _nothing,  # its work is known as futures
    ("multiprocessing.pool", "worker"): _nothing,  # its work is in the cache of those who hand it out
    ("multiprocessing.pool", "_handle_tasks"): lambda frame: frame.f_locals["cache"],
    ("multiprocessing.pool", "_handle_results"): lambda frame: frame.f_locals["cache"],
    ("multiprocessing.queues", "_feed"): lambda frame: frame.f_locals["buffer"],
    ("selectors", "select"): _selected,
    ("socket", "accept"): _nothing,
    ("trio._core._thread_cache", "_work"): _nothing,
}
# The same for tasks: a coroutine in which it waits.
TASKS = frozenset(
    {
        ("asyncio.queues", "get"),
        ("asyncio.streams", "_wait_for_data"),
        ("aiohttp.web_protocol", "start"),
        ("anyio.streams.memory", "receive"),
    }
)


def is_idle(thread: threading.Thread, frames: Mapping[int, types.FrameType] | None = None) -> bool:
    """Whether a thread has ended, or waits to be given work; `frames` says where all threads stand."""
    frame = (current_frames() if frames is None else frames).get(thread.ident or 0)
    if frame is None:
        return not thread.is_alive()
    if _place(frame) == ("threading", "wait") and frame.f_back is not None:
        frame = frame.f_back
    waiting = THREADS.get(_place(frame))
    return waiting is not None and not waiting(frame)


def idle_threads() -> list[threading.Thread]:
    """All threads that wait to be given work."""
    frames = current_frames()
    return [thread for thread in all_threads() if is_idle(thread, frames)]


def awaits_work(task: asyncio.Task[Any]) -> bool:
    """Whether a task waits to be given work, and has not been given any."""
    # There is no public way to ask a task what it waits for; without it, every task is at work.
    given = getattr(task, "_fut_waiter", None)
    return given is not None and not given.done() and not TASKS.isdisjoint(_coroutines(task))


def _coroutines(task: asyncio.Task[Any]) -> Iterator[Place]:
    """The places in which a task stands, outermost first."""
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        yield _place(frame)
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)


def _place(frame: types.FrameType | None) -> Place:
    return (frame.f_globals.get("__name__", ""), frame.f_code.co_name) if frame else ("", "")
