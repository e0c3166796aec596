"""Tells whether another thread could run, but gets no processor: on a busy machine it looks like one that waits."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

# Taken here: tests replace `open`, and functions of `os`.
from os import O_RDONLY
from os import close as _close
from os import open as _open
from os import read as _read
from os import readlink as _readlink

# The state of a thread in the file system of Linux, proc(5): it runs, or waits for a processor.
RUNNABLE = b"R"


def any_runnable() -> bool:
    """Whether a thread, other than the one that asks, is ready to run. Only Linux tells: elsewhere none is."""
    if sys.platform != "linux":
        return False
    ids = {one.native_id for one in threading.enumerate()} - {_own()}
    return any(_state(one) == RUNNABLE for one in ids)


def _own() -> int:
    """The thread that asks, as Linux knows it: gevent replaces the functions that Python has for that."""
    with suppress(OSError):
        return int(_readlink("/proc/thread-self").rpartition("/")[2])
    return 0


def _state(thread: int | None) -> bytes:
    """The letter behind the name of the thread, which stands in brackets and may hold some itself."""
    text = b""
    with suppress(OSError):  # the thread has just ended, or there is no such file system here
        file = _open(f"/proc/self/task/{thread}/stat", O_RDONLY)
        try:
            text = _read(file, 200)
        finally:
            _close(file)
    return text.rpartition(b")")[2].strip()[:1]
