"""Pieces are judged in this process or in several, with the same result."""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from pytest_customerio.tools.check import workers
from pytest_customerio.tools.check.reading.pieces import Piece
from pytest_customerio.tools.check.settings import CheckSettings
from pytest_customerio.tools.check.tally import Tally
from pytest_customerio.tools.commands import CommandError

SETTINGS = CheckSettings("track.event")


LINES = b'{"name": "a"}\n{"name": 3}\n'


def piece(number: int, path: Path | None = None) -> Piece:
    """Two lines, which are at a path if one is given."""
    size, at = len(LINES), None if path is None else number * len(LINES)
    return Piece("x", "lines", path or Path("x"), LINES, 2 * number + 1, size, at)


def result(jobs: int, count: int, path: Path | None = None) -> tuple[list[Piece], Tally]:
    whole, order = Tally(), []
    for one, found in workers.tallies((piece(number, path) for number in range(count)), SETTINGS, jobs):
        order.append(one)
        whole.add(found)
    return order, whole


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    """Two processes find what one finds, in the order of the pieces; lines of a file they read there."""
    path = tmp_path / "x.ndjson"
    path.write_bytes(LINES * 8)
    assert result(2, 8, path) == result(1, 8, path)
    order, whole = result(1, 8)
    assert order == [piece(number) for number in range(8)]
    assert [str(place) for place in whole.of("error")[0].places.first][:3] == ["x:2", "x:4", "x:6"]


def test_one_piece_is_judged_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started for a single piece, nor for none."""
    monkeypatch.setattr(workers, "ProcessPoolExecutor", None)
    assert result(4, 1)[1].judged == 2
    assert result(4, 0)[1].judged == 0


def test_a_process_that_ends() -> None:
    """The message says what to do where a process was ended from outside."""
    ended: Future[Tally] = Future()
    ended.set_exception(BrokenProcessPool())
    with pytest.raises(CommandError, match="a process of --jobs was ended") as error:
        workers._next(deque([(piece(0), ended)]))
    assert error.value.code == 2


def test_what_a_process_does() -> None:
    """A process judges what it is sent, and leaves Ctrl-C to the process that started it."""
    assert workers._tally(SETTINGS, piece(0)).judged == 2
    before = signal.getsignal(signal.SIGINT)
    try:
        workers._ignore_interrupts()
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
