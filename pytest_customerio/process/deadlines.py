"""Whether the application set a time around what runs here, after which it ends: a client may have no timeout then."""

from __future__ import annotations

import asyncio
import math
import sys
from typing import Any

# `asyncio.wait_for` of Python 3.11 lets a task of its own run, and gives it this callback. Without it the deadline of
# such a task is not seen; later versions use `asyncio.timeout`.
_release_waiter = getattr(asyncio.tasks, "_release_waiter", None)


def has_deadline() -> bool:
    """Whether this runs within `asyncio.timeout`, `asyncio.wait_for`, or a scope of anyio or trio with a deadline."""
    return any(map(_of_scopes, ("anyio", "trio"))) or _of_asyncio()


def _of_scopes(library: str) -> bool:
    module = sys.modules.get(library)
    try:
        return module is not None and module.current_effective_deadline() < math.inf
    except RuntimeError:  # no event loop of this library runs here
        return False


def _of_asyncio() -> bool:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and _is_limited(task)


def _is_limited(task: Any) -> bool:
    """Whether a timer of `asyncio.timeout` will cancel the task, or the one that waits for its group of tasks.

    It relies on private attributes of CPython (3.11 to 3.14): the timers of a loop, the task of a `Timeout`, the
    callbacks of a task and the parent of a `TaskGroup`. Where one is missing, as in uvloop, no deadline is seen.
    """
    timers = getattr(task.get_loop(), "_scheduled", ())
    timeouts = [getattr(timer._callback, "__self__", None) for timer in list(timers) if not timer.cancelled()]
    if any(isinstance(one, asyncio.Timeout) and getattr(one, "_task", None) is task for one in timeouts):
        return True
    callbacks = [callback for callback, _ in getattr(task, "_callbacks", None) or ()]
    if _release_waiter and any(getattr(one, "func", None) is _release_waiter for one in callbacks):
        return True
    groups = [group for one in callbacks if isinstance(group := getattr(one, "__self__", None), asyncio.TaskGroup)]
    return any(_is_limited(parent) for one in groups if (parent := getattr(one, "_parent_task", None)) is not None)
