"""Tells which threads wait for something else to wake them, so that time may jump.

What a thread does is recognised by the code object of the function that it runs (CPython 3.11 to 3.13): a thread that
waits for another thread stands in `threading.Condition.wait`, or in `join`, which calls `_wait_for_tstate_lock` before
3.13; an idle event loop or server stands in `select` or `accept`. A thread that stands anywhere else counts as being at
work.
"""

from __future__ import annotations

from types import FrameType

from pytest_customerio.process.ownership.frames import Functions, caller_of_ours, other_frames
from pytest_customerio.process.parts import PYCARES, PYTHON, TRIO, Library, Part
from pytest_customerio.process.recognition import is_machinery


def _place(module: str, path: str, *, optional: bool = False, library: Library = PYTHON) -> Part:
    why = "what a thread that runs it does while another one sleeps"
    return Part(library, module, path, why, "such a thread counts as being at work", recognised=True, optional=optional)


# A thread that runs one of these is idle until another thread, or another process, wakes it.
PARKED = Functions(
    {
        _place("threading", "Condition.wait"): True,
        _place("threading", "Thread.join"): True,
        _place("threading", "Thread._wait_for_tstate_lock", optional=True): True,
        _place("selectors", "SelectSelector.select"): True,
        _place("selectors", "_PollLikeSelector.select", optional=True): True,
        _place("selectors", "EpollSelector.select", optional=True): True,
        _place("selectors", "KqueueSelector.select", optional=True): True,
        _place("socket", "socket.accept"): True,
        _place("concurrent.futures.thread", "_worker"): True,
        # The thread behind aiodns, and so behind aiohttp[speedups], waits in `SimpleQueue.get`, which is written in C.
        _place("pycares", "_ChannelShutdownManager._run_safe_shutdown_loop", optional=True, library=PYCARES): True,
        _place("trio._core._thread_cache", "WorkerThread._work", library=TRIO): True,
    }
)
# A thread in which one of these calls one of those counts as busy. The work of a pool is done by processes. An
# event loop that is busy selects between its callbacks (`loops` adds its own function), and is seen there then.
AT_WORK = Functions({_place("multiprocessing.connection", "wait"): True})
# A thread that starts another one waits for an event (`Event.wait` calls `Condition.wait`), and goes on at once.
STARTING = Functions({_place("threading", "Thread.start"): True})
PARTS = (*PARKED.parts, *AT_WORK.parts, *STARTING.parts)


def other_threads() -> list[FrameType]:
    """Where all other threads stand, but those of the test machinery."""
    return [frame for frame in other_frames() if not is_machinery(caller_of_ours(frame))]


def is_parked(frame: FrameType) -> bool:
    """Whether the thread at this frame is idle until something else wakes it."""
    if not PARKED.get(frame):
        frame = caller_of_ours(frame)
    caller = frame.f_back
    if not PARKED.get(frame) or AT_WORK.get(caller):
        return False
    return caller is None or not STARTING.get(caller.f_back)
