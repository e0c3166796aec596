"""What coverage measures of a run of the tests (`coverage run`), with and without pytest-xdist.

On Python 3.11 each function call costs about twice as much while coverage traces, also in files that it does not
measure. So what reaches no branch that others do not reach is not traced: the process that hands tests to its workers,
the collection of the tests, and the longest stories.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

PACKAGE = "pytest_customerio"
CACHED = type(functools.cache(len))
MEASURED = pytest.StashKey["Measured"]()
# Whole runs and browsers that take long, and reach no branch that the tests of the modules and the other stories do not
# reach. Where coverage names a branch that only one of these reaches, test the module, or take the name from this list.
UNMEASURED = (
    "tests/reporting/html_report/test_browser.py",
    "tests/sdks/",
    "tests/stories/test_advice_examples.py",
    "tests/stories/test_allow.py",
    "tests/stories/test_bad_input.py",
    "tests/stories/test_blocks.py",
    "tests/stories/test_company.py",
    "tests/stories/test_encodings.py",
    "tests/stories/test_examples.py",
    "tests/stories/test_gevent.py",
    "tests/stories/test_leaving.py",
    "tests/stories/test_nothing_leaves.py",
    "tests/stories/test_outcomes.py",
    "tests/stories/test_patterns.py",
    "tests/stories/test_plan.py",
    "tests/stories/test_record_drift.py",
    "tests/stories/test_startup.py",
    "tests/stories/test_untouched.py",
    "tests/stories/test_unused.py",
    "tests/test_pages.py",
    "tests/test_readme.py",
    "tests/tools/sandbox/pages/test_browser.py",
    "tests/tools/sandbox/test_browser_sdk.py",
)


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
        """Measure the import of each module of the package, but not the collection, which imports them anew.

        Where folders are named to pytest, their `conftest.py` has imported a part already, and others hold its modules.
        Then the collection is measured.
        """
        if PACKAGE not in sys.modules:
            _import_and_forget(PACKAGE)
            self.switch(on=False)
        collected = yield
        _clear_caches(PACKAGE)
        return collected

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Do not measure the modules of the list; nor tests with random input: they reach other branches in each run."""
        random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        self.switch(on=not random and not item.nodeid.startswith(UNMEASURED))
        return (yield)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Save what a worker measured, because xdist ends the process before coverage would save it."""
        if hasattr(config, "workerinput"):
            self.running.stop()
            self.running.save()


def _import_and_forget(package: str) -> None:
    before = set(sys.modules)
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == package:
            del sys.modules[name]


def _clear_caches(package: str) -> None:
    """Forget what functions with a cache returned during the collection, or no test would run them again."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for value in list(vars(module).values()):
                if isinstance(value, CACHED):
                    value.cache_clear()
