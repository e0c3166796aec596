"""The paths that commands are given, as types of argparse: a path that cannot be used is a usage error.

Every command loads this module to build the help, so it imports the standard library only.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path


def existing_folder(text: str) -> Path:
    """A folder that exists. Raises `ArgumentTypeError` with the nearest folder that does."""
    path = Path(text)
    if _is(path, "folder"):
        return path
    raise _refusal(text, "folder", "a file" if _is(path, "file") else "")


def existing_file(text: str) -> Path:
    """A file that exists. Raises `ArgumentTypeError` with the nearest file that does."""
    path = Path(text)
    if _is(path, "file"):
        return path
    raise _refusal(text, "file", "a folder" if _is(path, "folder") else "")


def writable_folder(text: str) -> Path:
    """A folder that exists or can be created, and into which files can be written. Nothing is left in it."""
    path = Path(text)
    there = next((one for one in (path, *path.parents) if one.exists()), path)
    try:
        with tempfile.TemporaryFile(dir=there):
            return path
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise argparse.ArgumentTypeError(f"{text!r} is no folder that can be written to: {there}: {reason}") from None


def _is(path: Path, kind: str) -> bool:
    try:
        return path.is_dir() if kind == "folder" else path.is_file() or (path.exists() and not path.is_dir())
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def _refusal(text: str, kind: str, instead: str) -> argparse.ArgumentTypeError:
    from pytest_customerio.core.nearest import nearest

    path = Path(text)
    beside = [one.name for one in _entries(path.parent) if _is(one, kind)]
    meant = None if instead else nearest(path.name, beside)
    hint = f"; did you mean {path.with_name(meant)}?" if meant else ""
    seen = f"is {instead}" if instead else "does not exist"
    return argparse.ArgumentTypeError(f"{text!r} {seen}; accepted: a {kind} that exists{hint}")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (OSError, ValueError):
        return []
