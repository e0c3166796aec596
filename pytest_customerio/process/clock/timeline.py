"""Virtual time: real time, and all the time that was jumped over. Threads and loops that wait take turns, the earliest
first.

Time jumps when no other thread is at work (`parked`), else a little later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytest_customerio.process.clock.parked import is_parked, other_threads
from pytest_customerio.process.clock.runnable import any_runnable

# Real seconds between two looks at what the others do: short ones first.
STEPS = (0.001,) * 5
STEP = 0.005
# How many times longer a later sleeper waits for the earlier ones, which may get no processor.
STARVED = 5
# Seconds. Nobody waits as long as that before another attempt: it stands for "for ever", as in asyncio's own selects.
FOR_EVER = 24 * 3600
# More than this share of a processor is work; less is what waiting itself takes.
WORK = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """Real seconds for which other threads may work before time jumps.

    `calm` where all of them wait themselves; `idle` where some may wait for something real (a socket, a lock of C
    code) but use no processor; `total` whatever they do. Work counts as the processor counts it, and who waits for a
    processor does not wait: so a busy machine changes no order.
    """

    calm: float
    idle: float
    total: float


# A sleep ends after `total` in any case. A timeout must not fire while something real is under way: false alarm.
SLEEP = Patience(calm=0.004, idle=0.05, total=0.2)
TIMER = Patience(calm=0.05, idle=0.5, total=float("inf"))
# A sleep in a thread that does not work for the test: it must not move time while the application works, unless that
# seems to poll for ever.
FOREIGN = Patience(calm=0.004, idle=0.05, total=5.0)
# A wait for another thread, which may work for a while without the processor before it wakes the one that waits.
WAIT = Patience(calm=0.05, idle=1.0, total=float("inf"))
# In a loop whose timers we do not see, each sleeping task delays the others by its own short real waits.
UNSEEN = Patience(calm=0.004, idle=0.02, total=1.0)
# A greenlet that waits for another one: what the other one does is seen, but not whether it waits for something real.
GREENLET = Patience(calm=0.004, idle=0.1, total=float("inf"))


def nothing() -> bool:
    """The default of `turn`: there is no result from outside this process to check for."""
    return False


class Timeline:
    """One virtual time for all threads and event loops of the process, in nanoseconds.

    `shift` is what was jumped over; `waited` is the time that passed while somebody waited, in reality or by a jump.
    """

    def __init__(self, real: Callable[[], int]) -> None:
        self.shift = 0
        self.waited = 0
        self.active = True
        self.children: list[Callable[[], bool]] = []
        self.changes = 0
        self._real = real
        self._offset = self._covered = 0
        self._changed = threading.Condition()
        self._turns: list[int] = []

    def now(self) -> int:
        """Virtual time in nanoseconds: real time, and what was jumped over."""
        return self._real() + self._offset + self.shift

    def measure_with(self, real: Callable[[], int], now: int) -> None:
        """Go on from the moment `now` with another clock: the test froze time, or gave it back."""
        with self._changed:
            self._real, self._offset = real, now - self.shift - real()

    def advance(self, span: int) -> None:
        """Let time jump by so many nanoseconds."""
        with self._changed:
            self._cover(self.now(), self.now() + span)
            self._jump(span)

    def stop(self) -> None:
        """Let everything that waits go on at once."""
        with self._changed:
            self.active = False
            self._changed.notify_all()

    def sleep(self, span: int, patience: Patience = SLEEP) -> None:
        """Let this thread wait for so many virtual nanoseconds."""
        if self.is_alone():
            self.advance(span)
            return
        with self.turn(self.now() + span, patience) as turn:
            while not turn.is_over():
                self.pause(turn.step())

    def pause(self, seconds: float) -> None:
        """Wait for real, or until something changes. By a lock: tests replace `time.sleep`, but no locks."""
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
        """Wait among others until a moment. `look` says, just before time jumps, whether what was waited for came."""
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
        """Whether nothing waits for an earlier moment."""
        with self._changed:
            return deadline <= min(self._turns)

    def reach(self, deadline: int, begun: int | None = None) -> None:
        """Jump to a moment, unless it has passed already; `begun` is when the wait for it began."""
        with self._changed:
            self._cover(self.now() if begun is None else begun, deadline)
            self._jump(max(0, deadline - self.now()))

    def is_alone(self) -> bool:
        """Whether nothing else runs: no other thread, no process."""
        return not other_threads() and not self.has_children()

    def has_children(self) -> bool:
        """Whether a process that was started meanwhile is still running."""
        self.children = [child for child in self.children if child()]
        return bool(self.children)

    def _cover(self, begin: int, end: int) -> None:
        """Count this time as waited, also where some of it passed in reality; waits side by side count once."""
        self.waited += max(0, end - max(begin, self._covered))
        self._covered = max(end, self._covered)

    def _jump(self, span: int) -> None:
        self.shift += span
        self.changes += 1
        self._changed.notify_all()


class Turn:
    """One wait. It says whether its moment has come; until then the caller waits a little in real time."""

    def __init__(
        self,
        timeline: Timeline,
        deadline: int,
        patience: Patience,
        sockets: Callable[[], bool],
        look: Callable[[], bool],
    ) -> None:
        self._timeline, self._deadline, self._patience = timeline, deadline, patience
        self._begun = timeline.now()
        self._sockets, self._look = sockets, look
        self._steps = 0
        self._spent = self._calm = self._idle = 0.0
        self._changes = timeline.changes
        self._processor = time.process_time()

    def is_over(self) -> bool:
        """Whether the moment has come; time jumps to it now if nothing else has anything to do before."""
        timeline = self._timeline
        if not timeline.active:
            return True
        if timeline.now() >= self._deadline:
            timeline.reach(self._deadline, self._begun)
            return True
        first = timeline.is_first(self._deadline)
        total = self._patience.total if first else self._patience.total * STARVED
        if self._spent < total and not (first and self._others_wait() and not any_runnable()):
            return False
        if not self._look():  # a thread may have ended since, and left its result
            timeline.reach(self._deadline, self._begun)
        return True

    def step(self) -> float:
        """The real seconds for which the caller must wait before it asks again."""
        step = STEPS[self._steps] if self._steps < len(STEPS) else STEP
        self._steps += 1
        now = time.process_time()
        used, self._processor = now - self._processor, now
        works = used > WORK * step
        self._idle = 0.0 if works else self._idle + step
        self._spent += min(step, used) if works else step
        self._calm += step
        return step

    def _others_wait(self) -> bool:
        if self._changes != self._timeline.changes:  # a wait began or ended: start counting again
            self._changes, self._calm, self._idle = self._timeline.changes, 0.0, 0.0
        if self._timeline.has_children():
            return False
        threads, sockets = other_threads(), self._sockets()
        if sockets or not all(is_parked(frame) for frame in threads):
            self._calm = 0.0
            return self._idle >= self._patience.idle
        return not threads or self._calm >= self._patience.calm
