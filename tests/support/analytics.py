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


def join() -> bool:
    """Make `customerio.analytics` importable in this process; False where it is not installed.

    It comes from that folder, all else of `customerio` comes from the SDK. The package asks for its own version when
    it is imported, so the folder has to be on `sys.path` too; it is the last one there.
    """
    inside = str(FOLDER / "customerio")
    if importlib.util.find_spec("customerio") is None:
        return False
    module = importlib.import_module("customerio")
    if Path(inside, "analytics").is_dir() and inside not in module.__path__:
        module.__path__.insert(0, inside)
        sys.path.append(str(FOLDER))
    return importlib.util.find_spec("customerio.analytics") is not None


THERE = join()
needed = pytest.mark.skipif(not THERE, reason=REASON)
