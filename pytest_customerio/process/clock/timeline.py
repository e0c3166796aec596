"""Virtual time: real time and all that was jumped over. Who waits takes turns, the earliest first."""

from __future__ import annotations

import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytest_customerio.process.clock.places import is_machinery
from pytest_customerio.process.frames import current_frames

# Where a thread stands that waits for others, and does nothing until they give it something to do.
PARKED = frozenset(
    {
        ("threading", "wait"),
        ("threading", "join"),
        ("threading", "_wait_for_tstate_lock"),
        ("selectors", "select"),
        ("socket", "accept"),
        ("concurrent.futures.thread", "_worker"),
        ("trio._core._thread_cache", "_work"),
    }
)
# What calls these in a thread that is at work all the same: a pool's work is done by processes; a loop that is at work
# only looks in between, which is when others get to look at it; who starts a thread goes on as soon as it may.
AT_WORK = frozenset(
    {
        ("multiprocessing.connection", "wait"),
        ("pytest_customerio.process.clock.loops", "select"),
        ("threading", "start"),
    }
)
# Real seconds between two looks at what the others do: short ones first.
STEPS = (0.001,) * 5
STEP = 0.005
# So much longer is waited for those who are to go first, and get no processor to do so.
STARVED = 5
# More than this share of a processor is work; less is what waiting itself takes.
WORK = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """Real seconds for which others are let work before time jumps.

    `calm` where all of them wait themselves, `idle` where some may wait for something real (a socket, a lock of C
    code) but use no processor, `total` whatever they do.
    """

    calm: float
    idle: float
    total: float


# A sleep is over when it is over. A timeout that fires while something real is under way would be a false alarm.
SLEEP = Patience(calm=0.004, idle=0.05, total=0.2)
TIMER = Patience(calm=0.05, idle=0.5, total=float("inf"))
# Many tasks may sleep in a loop that we do not see into: each takes its naps in the others' way.
UNSEEN = Patience(calm=0.004, idle=0.02, total=1.0)


def nothing() -> bool:
    """Nothing outside this process is waited for."""
    return False


class Timeline:
    """One virtual time for all threads and event loops of the process, in nanoseconds."""

    def __init__(self, real: Callable[[], int]) -> None:
        self.shift = 0
        self.active = True
        self.children: list[Callable[[], bool]] = []
        self.changes = 0
        self._real = real
        self._changed = threading.Condition()
        self._turns: list[int] = []

    def now(self) -> int:
        """Real and virtual nanoseconds."""
        return self._real() + self.shift

    def advance(self, span: int) -> None:
        """Jump."""
        with self._changed:
            self._jump(span)

    def stop(self) -> None:
        """All who wait go on at once."""
        with self._changed:
            self.active = False
            self._changed.notify_all()

    def sleep(self, span: int) -> None:
        """Let this thread wait for so many virtual nanoseconds."""
        if self.is_alone():
            self.advance(span)
            return
        with self.turn(self.now() + span, SLEEP) as turn:
            while not turn.is_over():
                self.pause(turn.step())

    def pause(self, seconds: float) -> None:
        """Wait for real, or until something changes. Nobody replaces a lock, as they may `time.sleep`."""
        with self._changed:
            self._changed.wait(seconds)

    @contextmanager
    def turn(
        self,
        deadline: int,
        patience: Patience,
        sockets: Callable[[], bool] = nothing,
        look: Callable[[], bool] = nothing,
    ) -> Iterator[Turn]:
        """Take one's place among those who wait; `look` tells, before time jumps, whether what was waited for came."""
        with self._changed:
            self._turns.append(deadline)
            self.changes += 1
        try:
            yield Turn(self, deadline, patience, sockets, look)
        finally:
            with self._changed:
                self._turns.remove(deadline)
                self.changes += 1

    def is_first(self, deadline: int) -> bool:
        """Whether nobody waits for an earlier moment."""
        with self._changed:
            return deadline <= min(self._turns)

    def reach(self, deadline: int) -> None:
        """Jump to a moment, unless it has come by itself."""
        with self._changed:
            self._jump(max(0, deadline - self.now()))

    def is_alone(self) -> bool:
        """Whether nothing else goes on: no other thread, no process."""
        return not _other_threads() and not self.has_children()

    def has_children(self) -> bool:
        """Whether a process that was started meanwhile is still running."""
        self.children = [child for child in self.children if child()]
        return bool(self.children)

    def _jump(self, span: int) -> None:
        self.shift += span
        self.changes += 1
        self._changed.notify_all()


class Turn:
    """One who waits: asks whether the moment has come, and otherwise waits a little, for real."""

    def __init__(
        self,
        timeline: Timeline,
        deadline: int,
        patience: Patience,
        sockets: Callable[[], bool],
        look: Callable[[], bool],
    ) -> None:
        self._timeline, self._deadline, self._patience = timeline, deadline, patience
        self._sockets, self._look = sockets, look
        self._steps = 0
        self._spent = self._calm = self._idle = 0.0
        self._changes = timeline.changes
        self._processor = time.process_time()

    def is_over(self) -> bool:
        """Whether the moment has come; it comes now if nobody else has anything to do before."""
        timeline = self._timeline
        if not timeline.active or timeline.now() >= self._deadline:
            return True
        first = timeline.is_first(self._deadline)
        total = self._patience.total if first else self._patience.total * STARVED
        if self._spent < total and not (first and self._others_wait()):
            return False
        if not self._look():  # a thread may have ended since, and left its result
            timeline.reach(self._deadline)
        return True

    def step(self) -> float:
        """Real seconds to wait before the next question, and account for them: none may wait longer or shorter."""
        step = STEPS[self._steps] if self._steps < len(STEPS) else STEP
        self._steps += 1
        self._spent += step
        self._calm += step
        processor, before = time.process_time(), self._processor
        self._idle = 0.0 if processor - before > WORK * step else self._idle + step
        self._processor = processor
        return step

    def _others_wait(self) -> bool:
        if self._changes != self._timeline.changes:  # someone woke, or lay down: see first what comes of it
            self._changes, self._calm, self._idle = self._timeline.changes, 0.0, 0.0
        if self._timeline.has_children():
            return False
        threads, sockets = _other_threads(), self._sockets()
        if sockets or not all(_is_parked(frame) for frame in threads):
            self._calm = 0.0
            return self._idle >= self._patience.idle
        return not threads or self._calm >= self._patience.calm


def _other_threads() -> list[types.FrameType]:
    """Where all other threads stand, but those of the test machinery."""
    own, frames = threading.get_ident(), current_frames()
    return [frame for ident, frame in frames.items() if ident != own and not is_machinery(_place(frame)[0])]


def _is_parked(frame: types.FrameType) -> bool:
    caller = frame.f_back
    callers = (_place(caller), _place(caller.f_back if caller else None))
    return _place(frame) in PARKED and AT_WORK.isdisjoint(callers)


def _place(frame: types.FrameType | None) -> tuple[str, str]:
    return (frame.f_globals.get("__name__", ""), frame.f_code.co_name) if frame else ("", "")
