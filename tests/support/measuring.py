"""What coverage measures of a run of the tests (`coverage run`), with and without pytest-xdist.

On Python 3.11 each function call costs about twice as much while coverage traces, also in files that it does not
measure. So what cannot reach a branch of the package is not traced: the process that hands tests to its workers, and
the collection of the tests.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

MEASURED = pytest.StashKey["Measured"]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell the workers of xdist whether coverage is measured, and measure no longer here, where no test runs."""
    measured = node.config.stash.get(MEASURED, None)
    node.workerinput["measured"] = measured is not None
    if measured is not None:
        measured.switch(on=False)


def pytest_configure(config: pytest.Config) -> None:
    """Start measuring in a worker, before anything of the package is imported."""
    if getattr(config, "workerinput", {}).get("measured"):
        from coverage import Coverage

        running: Any = Coverage(data_suffix=True)
        running.start()
    else:
        coverage = sys.modules.get("coverage")
        running = coverage.Coverage.current() if coverage is not None else None
    if running is not None:
        config.stash[MEASURED] = measured = Measured(running)
        config.pluginmanager.register(measured)


class Measured:
    """A measured run."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.on = True

    def switch(self, *, on: bool) -> None:
        """Measure from here on, or do not."""
        if on is not self.on:
            self.on = on
            (self.running.start if on else self.running.stop)()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        """Measure the import of each module of the package, but not the collection, which imports them anew."""
        _import_and_forget("pytest_customerio")
        self.switch(on=False)
        try:
            return (yield)
        finally:
            self.switch(on=True)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Do not measure tests with random input: they reach other branches in each run."""
        self.switch(on=not getattr(getattr(item, "obj", None), "is_hypothesis_test", False))
        try:
            return (yield)
        finally:
            self.switch(on=True)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Save what a worker measured, because xdist ends the process before coverage would save it."""
        if hasattr(config, "workerinput"):
            self.running.stop()
            self.running.save()


def _import_and_forget(package: str) -> None:
    before = set(sys.modules)
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not module.name.endswith(".sitecustomize"):  # that one is for child processes, and refuses Customer.io
            importlib.import_module(module.name)
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == package:
            del sys.modules[name]
