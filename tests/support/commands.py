"""Runs commands in processes of their own, as a user types them; for the tests of the examples and the README."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def demo() -> subprocess.CompletedProcess[str]:
    """What `make demo` prints; run once for all tests of a process."""
    return command("examples/demo.py", cwd=ROOT)


def command(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run this Python with these arguments, with the plugin loaded as a user has it; `variables` join its environment."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def python_path(*folders: Path) -> str:
    """A PYTHONPATH with these folders first; those that are missing are left out."""
    there = [str(folder) for folder in folders if folder.is_dir()]
    return os.pathsep.join([*there, *filter(None, [environment().get("PYTHONPATH")])])


def environment() -> dict[str, str]:
    """The environment variables of this process; where the plugin is not installed, they load it from the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "CUSTOMERIO"))}
    kept |= {"COLUMNS": "120", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    kept |= {"PYTEST_ADDOPTS": "-p no:asyncio -p no:django"}  # only examples/patterns asks for these
    if not any(point.name == "customerio" for point in importlib.metadata.entry_points(group="pytest11")):
        kept |= {"PYTEST_PLUGINS": "pytest_customerio.plugin", "PYTHONPATH": str(ROOT)}
    return kept
