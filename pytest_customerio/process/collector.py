"""Keeps the garbage collector of CPython away from what a run loads at its start."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def set_aside(at_end: Callable[[Callable[[], None]], object]) -> Iterator[None]:
    """Within, nothing is collected. What exists afterwards is not looked at by collections, until the run ends.

    Modules stay until the process ends, so that looking at them is of no use, and pytest collects everything twice at
    the end of a run. `at_end` takes the function that gives the objects back to the collector. It must be called before
    any code of the project is imported: what the project makes is collected as ever.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
        at_end(gc.unfreeze)
    finally:
        if enabled:
            gc.enable()
