"""Has pieces judged, in this process or in several: in the order of the pieces, a few of them at a time."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context

from pytest_customerio.tools.check.judge import judge_of
from pytest_customerio.tools.check.reading.pieces import Piece
from pytest_customerio.tools.check.settings import CheckSettings
from pytest_customerio.tools.check.tally import Tally
from pytest_customerio.tools.commands import CANNOT, CommandError

# How many pieces are handed to each process before the first one is waited for.
_AHEAD = 3


def tallies(pieces: Iterable[Piece], settings: CheckSettings, jobs: int) -> Iterator[tuple[Piece, Tally]]:
    """Each piece with what is in it. A single piece is judged here: to start processes would take longer."""
    given = iter(pieces)
    first = list(islice(given, 2))
    if jobs < 2 or len(first) < 2:
        judge = judge_of(settings)
        return ((piece, judge.tally(piece)) for piece in chain(first, given))
    return _by_processes(chain(first, given), settings, jobs)


def _by_processes(pieces: Iterable[Piece], settings: CheckSettings, jobs: int) -> Iterator[tuple[Piece, Tally]]:
    # New processes, not forked ones: they are the same on every system, and safe beside the thread of a progress bar.
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_ignore_interrupts) as pool:
        waiting: deque[tuple[Piece, Future[Tally]]] = deque()
        for piece in pieces:
            waiting.append((piece, pool.submit(_tally, settings, piece.sent())))
            if len(waiting) >= jobs * _AHEAD:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)


def _next(waiting: deque[tuple[Piece, Future[Tally]]]) -> tuple[Piece, Tally]:
    piece, future = waiting.popleft()
    try:
        return piece, future.result()
    except BrokenProcessPool:
        raise CommandError("a process of --jobs was ended, perhaps for lack of memory: use fewer", CANNOT) from None


def _tally(settings: CheckSettings, piece: Piece) -> Tally:
    return judge_of(settings).tally(piece)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; the one that started the others ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
