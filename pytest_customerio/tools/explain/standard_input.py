"""Reads a text from standard input, where one is piped into the command."""

from __future__ import annotations

import os
import select
import stat
import sys

LONGEST = 1_000_000
# How long a pipe may be silent until it counts as one that nothing is written to, as many build servers leave open.
WAIT = 2.0


def read() -> str:
    """All that is written to standard input, in whatever encoding."""
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None:
        return sys.stdin.read(LONGEST) if sys.stdin is not None else ""
    return str(buffer.read(LONGEST).decode("utf-8", "replace"))


def piped() -> str:
    """What is piped into the command or comes from a file; empty for a terminal, a device and a silent pipe."""
    return read() if _has_text() else ""


def _has_text() -> bool:
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            return bool(select.select([descriptor], [], [], WAIT)[0])  # on Windows an OSError: it selects sockets only
        return stat.S_ISREG(mode)
    except (OSError, ValueError, AttributeError):  # there is none, or it has no descriptor
        return False
