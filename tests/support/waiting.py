"""Helpers for the tests of threads and tasks: wait until something is true, and a thread that waits itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOMENT = 0.001


def until(true: Callable[[], object]) -> None:
    """Let other threads run until the condition is true; it is an error if that takes ten seconds."""
    pause = threading.Condition()
    for _ in range(10_000):
        if true():
            return
        with pause:
            pause.wait(MOMENT)
    raise AssertionError("it never came true")


@contextmanager
def thread(work: Callable[[], object], end: Callable[[], object]) -> Iterator[threading.Thread]:
    """A thread that does `work`, and then waits until `end()` is called."""
    started = threading.Thread(target=work, daemon=True)
    started.start()
    try:
        yield started
    finally:
        end()
        started.join(10)
        assert not started.is_alive()
