"""Checks the settings of the gate: the file of the baseline, and the minimum. A mistake is a `ValueError`."""

from __future__ import annotations

import math
import os
from pathlib import Path

from pytest_customerio.core.settings import check_file, writable


def baseline_file(text: str, base: Path, *, update: bool) -> Path:
    """The file of the baseline. It has to exist; with `update`, its folder has to be one that can be written to."""
    path = base / text
    if not text.strip():
        raise ValueError("names no file; accepted: a file such as contract-baseline.jsonl")
    try:
        check_file(path)
    except OSError as error:  # a link that leads to itself, a name that is too long, a folder that may not be entered
        raise ValueError(error.strerror) from None
    if not os.path.isdir(path.parent):
        raise ValueError(f"there is no folder {path.parent}")
    if update and not writable(path.parent):
        raise ValueError(f"{path.parent} is no folder that can be written to")
    if not update and not path.exists():
        raise ValueError("there is no such file; the same command with --cio-baseline-update writes it")
    return path


def percentage(given: object) -> float:
    """A minimum in percent."""
    try:
        value = float(str(given))
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise ValueError("is no percentage; accepted: a number from 0 to 100")
    return value
