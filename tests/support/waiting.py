"""What the tests of threads and tasks share: wait for something that comes at once, and a thread that waits itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOMENT = 0.001


def until(true: Callable[[], object]) -> None:
    """Let other threads go on until it is true; it is an error if that takes ten seconds."""
    pause = threading.Condition()
    for _ in range(10_000):
        if true():
            return
        with pause:
            pause.wait(MOMENT)
    raise AssertionError("it never came true")


@contextmanager
def thread(work: Callable[[], object], end: Callable[[], object]) -> Iterator[threading.Thread]:
    """A thread that does `work` until `end()` lets it end."""
    started = threading.Thread(target=work, daemon=True)
    started.start()
    try:
        yield started
    finally:
        end()
        started.join(10)
        assert not started.is_alive()
