"""Keeps the garbage collector of CPython from looking at modules while they are loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Within, nothing is collected. What exists afterwards counts as old: young collections need not look at it.

    Modules stay until the process ends, and looking for garbage among them while they are loaded finds none.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # what others have frozen stays so
            gc.freeze()
            gc.unfreeze()  # puts all that is frozen among the oldest
        if enabled:
            gc.enable()
