"""Writes a report file in one step, so that no reader sees half of it."""

from __future__ import annotations

import glob
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from time import time

_LEFT = re.compile(r"[0-9a-f]{8}")
_AGE = 600  # seconds; no report takes as long to be written


def write(path: Path, text: str) -> None:
    """Write a text in one step, so that a reader never sees half of it. Raises OSError if that fails.

    Half of a surrogate pair, which UTF-8 cannot encode, becomes a question mark. The file may be read by whom the umask
    lets: a report is for others too.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear(path)
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with made.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _clear(path: Path) -> None:
    """Remove what was being written when its process was killed. One that was changed lately may be being written."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if _LEFT.fullmatch(left.name[len(path.name) + 2 :]):
            with suppress(OSError):
                if left.stat().st_mtime < time() - _AGE:
                    left.unlink()
