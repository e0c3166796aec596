"""What coverage measures of a run of the tests (`coverage run`), with and without pytest-xdist.

On Python 3.11 each function call costs about twice as much while coverage traces, also in files that it does not
measure. So what reaches no branch that others do not reach is not traced: the process that hands tests to its workers,
the collection of the tests, most whole runs, and tests of many examples.
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
FIRST_WORKER = "gw0"  # of pytest-xdist
CACHED = type(functools.cache(len))
MEASURED = pytest.StashKey["Measured"]()
# How often caches are emptied in one worker, each time before a measured test that follows one that is not.
_CLEARS = 25
# What takes long, and reaches no branch that the tests of the modules and MEASURED_STORIES do not reach: whole runs,
# browsers, and many examples of one thing. Each entry is the beginning of node ids.
UNMEASURED = (
    "tests/cassettes/test_cassette_files.py",
    "tests/clients/test_every_body.py",
    "tests/clients/test_fidelity.py::test_a_client_s_own_engine_meets_the_same",
    "tests/clients/test_fidelity.py::test_a_retry_engine_meets_the_same",
    "tests/clients/test_threads.py",
    "tests/contract/test_contract_bad_input.py",
    "tests/contract/test_mutations.py",
    "tests/reporting/html_report/test_browser.py",
    "tests/sdks/",
    "tests/stories/",
    "tests/test_docs.py",
    "tests/test_layers.py",
    "tests/test_pages.py",
    "tests/test_readme.py",
    "tests/tools/drift/test_sandbox.py",
    "tests/tools/sandbox/pages/test_browser.py",
    "tests/tools/sandbox/test_any_payload.py",
    "tests/tools/sandbox/test_browser_sdk.py",
    "tests/tools/sandbox/test_node.py",
    "tests/tools/sandbox/test_poison.py",
    "tests/tools/sandbox/test_singer.py",
)
# The stories that alone reach a branch. Where coverage names a branch that only another one reaches, test the module, or
# add the story.
MEASURED_STORIES = tuple(
    f"tests/stories/test_{name}"
    for name in (
        "applicable.py::test_several_faults_by_one_word",
        "baseline.py::test_a_baseline_that_cannot_be_used",
        "baseline.py::test_the_ini_names_the_file",
        "baseline.py::test_what_is_mended_is_stale_and_then_dropped[xdist]",
        "blocked.py::test_a_function_by_hand",
        "blocked.py::test_a_socket_of_the_suites_own[by_urllib_request]",
        "blocked.py::test_what_the_test_expected_of_the_error_has_the_same_cause",
        "cio_responses.py",
        "contract_gate.py::test_a_test_that_is_not_marked_is_left_alone_but_nothing_leaves",
        "contract_gate.py::test_milliseconds_are_one_red_test_with_the_whole_message",
        "contract_gate.py::test_other_kinds_of_items",
        "each_operation.py::test_a_cache_that_cannot_be_read",
        "each_operation.py::test_a_test_that_sends_nothing",
        "each_operation.py::test_only_the_mark_takes_each",
        "each_operation.py::test_over_workers",
        "each_operation.py::test_parameters_classes_and_unittest",
        "handling_verdicts.py::test_the_debugger_stops_in_the_test",
        "in_process.py",
        "looked_at.py::test_the_lines_and_the_report[verbose]",
        "minimum.py::test_a_minimum_in_the_ini",
        "minimum.py::test_no_percentage",
        "missing_parts.py",
        "mock_errors.py",
        "mock_fakes.py::test_a_class_of_the_project_in_the_way_of_a_case",
        "mock_fakes.py::test_classes_of_the_project_are_heard",
        "mock_fakes.py::test_fakes_are_heard",
        "mock_fakes.py::test_other_fakes_are_counted",
        "mock_modules.py::test_a_good_payload_is_green",
        "mock_modules.py::test_an_exception_that_is_a_mock",
        "mock_through.py::test_where_no_loop_runs",
        "mock_through.py::test_whole_clients",
        "mock_untouched.py::test_a_client_of_another_host",
        "mock_untouched.py::test_what_cannot_be_judged",
        "mock_ways.py::test_a_good_payload_is_green_however_it_is_mocked[mock]",
        "nothing_checked.py::test_a_broken_payload_in_the_sandbox",
        "record.py::test_a_disk_that_is_full",
        "record.py::test_a_file_where_the_folder_belongs",
        "record.py::test_a_recording_that_cannot_be_used",
        "record.py::test_recorded_then_played",
        "reports.py::test_one_run_in_every_kind",
        "retry_after.py::test_a_date",
        "sequences.py::test_the_wait_is_judged_by_the_answer_before_it[own]",
        "through_aioresponses.py::test_each_style",
        "through_pytest_httpx.py",
        "through_requests_mock.py::test_each_style",
        "through_respx.py",
        "through_transports.py::test_an_engine_around_a_mock_runs",
        "through_transports.py::test_transports",
        "through_vcrpy.py::test_each_client_in_each_record_mode[none]",
        "through_vcrpy.py::test_the_mark_of_pytest_recording",
        "unittest.py::test_pytest_before_9_1",
        "unittest.py::test_test_cases_of_unittest",
        "usage_errors.py",
        "xdist.py::test_a_worker_sends_the_mistake",
    )
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
        self._clears = _CLEARS

    def switch(self, *, on: bool) -> None:
        """Measure from here on, or do not."""
        if on is not self.on:
            self.on = on
            (self.running.start if on else self.running.stop)()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Iterator[None]:
        """Measure the import of each module of the package, but not the collection, which imports them anew.

        One worker does so for all. Where folders are named to pytest, their `conftest.py` has imported a part already,
        and others hold its modules. Then the collection is measured.
        """
        if PACKAGE not in sys.modules:
            if getattr(session.config, "workerinput", {}).get("workerid") in (None, FIRST_WORKER):
                _import_and_forget(PACKAGE)
            self.switch(on=False)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Do not measure what is listed above; nor tests with random input: they reach other branches in each run."""
        random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        listed = item.nodeid.startswith(UNMEASURED) and not item.nodeid.startswith(MEASURED_STORIES)
        measured = not random and not listed
        if measured and not self.on and self._clears:
            self._clears -= 1
            _clear_caches(PACKAGE)
        self.switch(on=measured)
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
    """Forget what functions with a cache returned while nothing was measured, or no measured test would run them."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for value in list(vars(module).values()):
                if isinstance(value, CACHED):
                    value.cache_clear()
