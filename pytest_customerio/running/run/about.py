"""The facts about a run that its reports show: which part of the suite ran, when, and with which versions."""

from __future__ import annotations

import importlib.metadata
import platform
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_customerio.reporting.results import About
from pytest_customerio.running import options

STOPPED = "stopped before all tests had run"
SELECTED = "a part of the suite"


def about(config: pytest.Config, *, stopped: bool) -> About:
    """The facts about the run that ends now; `stopped` says that some of its tests were not run."""
    selected = options.narrowed(config) or not options.whole(config)
    return About(
        rootdir=Path(config.rootpath),
        ended=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        partial=STOPPED if stopped else SELECTED * selected,
        versions=f"pytest-customerio {_version('pytest-customerio')}, pytest {pytest.__version__}, "
        f"Python {platform.python_version()}",
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "from a checkout"
