"""The facts about a run."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
from ended_runs import PLUGIN

from pytest_customerio.running.run.about import SELECTED, STOPPED, about


@pytest.mark.parametrize(
    ("args", "stopped", "partial"),
    [((), False, ""), (("-k", "a"), False, SELECTED), (("test_a.py",), False, SELECTED), ((), True, STOPPED)],
)
def test_which_part_of_the_suite_ran(
    pytester: pytest.Pytester, args: tuple[str, ...], *, stopped: bool, partial: str
) -> None:
    """A report of a part of the suite says so: what it does not show may be in another part."""
    pytester.makepyfile(test_a="")
    found = about(pytester.parseconfig(*PLUGIN, *args), stopped=stopped)
    assert (found.partial, found.rootdir) == (partial, pytester.path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", found.ended)
    assert f"pytest {pytest.__version__}, Python 3." in found.versions


def test_a_checkout_has_no_version(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not installed."""
    config = pytester.parseconfig(*PLUGIN)

    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert about(config, stopped=False).versions.startswith("pytest-customerio from a checkout,")
