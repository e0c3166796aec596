"""Where the threads of this process stand."""

from __future__ import annotations

import gc
import sys
import threading
import types

# Two who look at once would each take the other's pause for the application's wish.
_LOOKING = threading.Lock()


def current_frames() -> dict[int, types.FrameType]:
    """`sys._current_frames()`, by thread, without collecting garbage meanwhile.

    On Python 3.11 a collection in the midst of it deadlocks with a thread that begins or ends (python/cpython#106883).
    """
    with _LOOKING:
        collects = gc.isenabled()
        gc.disable()
        try:
            return sys._current_frames()
        finally:
            if collects:
                gc.enable()
