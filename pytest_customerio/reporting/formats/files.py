"""Writes a report file in one step, so that no reader sees half of it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write a text in one step, so that a reader never sees half of it. Raises OSError if that fails.

    Half of a surrogate pair, which UTF-8 cannot encode, becomes a question mark. The file may be read by whom the umask
    lets: a report is for others too.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with made.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
