"""The plugin's hooks and fixtures, each of which calls the run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio import plugin
from pytest_customerio.plugin import RUN
from pytest_customerio.running.run import received

PLUGIN = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")
TESTS = """
import unittest
import pytest

def test_untouched(): pass

def test_fixtures(cio, cio_error, cio_responses):
    assert cio.sent == ()
    assert cio_error is None

@pytest.mark.cio_errors("500-server-error")
def test_errors(cio_error):
    assert cio_error.cassette == "500-server-error"

class TestCase(unittest.TestCase):
    @pytest.mark.cio_errors("500-server-error")
    def test_method(self): pass
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_a_run_with_the_fixtures_and_marks(pytester: pytest.Pytester) -> None:
    """Tests of error cases that send nothing fail; the others pass; the report is written."""
    pytester.makepyfile(TESTS)
    for args in ((), ("--cio-contract", "--cio-report=report.json")):
        pytester.runpytest_inprocess(*PLUGIN, *args).assert_outcomes(passed=2, failed=4)
    assert (pytester.path / "report.json").exists()


def test_a_run_without_them_is_not_touched(pytester: pytest.Pytester) -> None:
    """Without an option, mark or fixture no `Run` is made."""
    pytester.makepyfile("def test_a(): pass\ndef test_b(tmp_path): pass")
    runs: list[bool] = []

    class Look:
        def pytest_unconfigure(self, config: pytest.Config) -> None:
            runs.append(RUN in config.stash)

    pytester.inline_run(*PLUGIN, plugins=[Look()])
    assert runs == [False]


def test_an_ini_that_pytest_cannot_read_is_a_usage_error(pytester: pytest.Pytester) -> None:
    """The run looks at it, and names the line."""
    pytester.makeini("[pytest]\ncio_contract = perhaps\n")
    result = pytester.runpytest_inprocess(*PLUGIN)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: tox.ini:2: cio_contract*"])


def test_reports_are_collected(pytester: pytest.Pytester) -> None:
    """Results and recordings of a test's report are added; other reports are ignored."""
    config = pytester.parseconfigure(*PLUGIN)
    reports = config.pluginmanager.get_plugin("customerio-reports")
    reports.pytest_runtest_logreport(SimpleNamespace())
    assert RUN not in config.stash
    row: dict[str, Any] = {"nodeid": "t.py::t", "operation": "track.event", "case": None}
    part = {"rows": [row], "applicable": {}}
    report = {"nodeid": "t.py::t", "when": "call", "outcome": "failed", "cio_headline": "lost"}
    reports.pytest_runtest_logreport(SimpleNamespace(cio=part, cio_recorded=["t.py::t", 2], **report))
    results = config.stash[RUN].results
    assert (results.rows, results.recorded) == ([row], {"t.py::t": 2})
    assert (results.outcomes, results.headlines) == ({"t.py::t": "failed"}, {"t.py::t": "lost"})


def test_a_worker_of_xdist_is_done(pytester: pytest.Pytester) -> None:
    """The mistake and the late requests of a worker are taken over by the run."""
    config = pytester.parseconfigure(*PLUGIN)
    reports = config.pluginmanager.get_plugin("customerio-reports")
    reports.pytest_testnodedown(SimpleNamespace(workeroutput={}))
    assert RUN not in config.stash
    late = {"rows": [], "applicable": {}, "lines": ["late"], "fails": False}
    output = {"customerio_mistake": "a mistake", "customerio_late": [late]}
    reports.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    run = config.stash[RUN]
    assert (run.mistakes.text, run.results.late) == ("a mistake", [["late"]])


def test_the_sandbox_needs_more_packages(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages of the extra the fixture fails, and names the missing package."""
    monkeypatch.setitem(__import__("sys").modules, "pytest_customerio.tools.sandbox.fixture", None)
    pytester.makepyfile("def test_a(cio_sandbox): pass")
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cio_sandbox: pip install 'pytest-customerio*sandbox*"])


def test_every_ini_setting_asks_for_the_plugin() -> None:
    """The names of ini settings, fixtures and marks begin with cio."""
    assert {name.partition("_")[0] for name in (*plugin.INI, *plugin.FIXTURES)} == {"cio"}
    assert {name.partition("_")[0] for name in plugin.MARKS} == {"cio"}


def test_what_a_worker_carries_is_taken() -> None:
    """A controller that checks no test itself begins a run where a report carries some of what a run takes."""
    assert plugin.CARRIED < received.CARRIED


def test_pytest_rewrites_no_assertion_of_ours() -> None:
    """pytest marks the package of each installed plugin; a module of ours would be compiled in each run then."""
    manager: Any = SimpleNamespace(rewrite_hook=SimpleNamespace(_must_rewrite={"pytest_customerio", "other"}))
    manager.rewrite_hook._marked_for_rewrite_cache = {"pytest_customerio.core": True}
    plugin._let_python_load_us(manager)
    assert manager.rewrite_hook._must_rewrite == {"other"}
    assert manager.rewrite_hook._marked_for_rewrite_cache == {}
    for without in (SimpleNamespace(), SimpleNamespace(rewrite_hook=SimpleNamespace())):  # a later pytest
        plugin._let_python_load_us(without)  # type: ignore[arg-type]
