"""Where `customerio-cdp-analytics` is, which cannot share a folder with `customerio`: both install one file."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import pytest

# `make test` installs it here, as it does with customerio 2.4 and customerio-node.
FOLDER = Path(sys.prefix) / "customerio-cdp-analytics"
REASON = (
    f"customerio.analytics is not here: run `make test`, or {sys.executable} -m pip install --no-deps"
    f" --target {FOLDER} customerio-cdp-analytics"
)


def join() -> None:
    """In this process `customerio.analytics` comes from that folder, and all else of `customerio` from the SDK."""
    inside = str(FOLDER / "customerio")
    if Path(inside, "analytics").is_dir() and importlib.util.find_spec("customerio") is not None:
        module = importlib.import_module("customerio")
        if inside not in module.__path__:
            module.__path__.insert(0, inside)


def _is_there() -> bool:
    """Whether it can be imported, from that folder or because somebody installed it beside the SDK."""
    join()
    try:
        return importlib.util.find_spec("customerio.analytics") is not None
    except ModuleNotFoundError:
        return False


needed = pytest.mark.skipif(not _is_there(), reason=REASON)
