"""One pytest run: what it opens, what its fixtures give, and what it prints and writes."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from ended_runs import PLUGIN, ended, printed

from pytest_customerio import plugin
from pytest_customerio.running.run.run import Run


def test_broken_data_of_the_user(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken data is a usage error when the session is loaded. A worker notes it, and does not open."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\ncio_schemas = own\n")
    pytester.mkdir("own").joinpath("track").mkdir()
    pytester.path.joinpath("own", "track", "identify.json").write_text("{", encoding="utf-8")
    config = pytester.parseconfigure(*PLUGIN)
    with pytest.raises(pytest.UsageError, match="identify.json"):
        Run(config, plugin._new_recordings).open()
    config.workerinput, config.workeroutput = {}, {}  # type: ignore[attr-defined]
    worker = Run(config, plugin._new_recordings)
    worker.open()
    assert worker.phases is None
    assert "identify.json" in worker.mistakes.text


def test_open_and_close(run) -> None:
    """A run opens once and closes once, and so do its hooks; one that did not open does not close."""
    one = run()
    one.close()
    one.watch()
    one.open()
    phases = one.phases
    one.open()
    assert one.phases is phases is not None
    one.watch()
    one.watch()
    assert one.config.pluginmanager.get_name(phases) == "customerio-phases"
    one.close()
    assert one.phases is None
    assert not one.config.pluginmanager.is_registered(phases)


def test_with_the_option_everything_is_open_early(run) -> None:
    """It is open before the first `conftest.py` is imported, and stays open where the command line says the same."""
    one = run("--cio-contract")
    phases = one.phases
    assert phases is not None
    one.confirm()
    assert one.phases is phases


def test_a_command_line_that_a_conftest_changed(run) -> None:
    """What was open is opened anew with the new settings, and closed where the gate was taken away."""
    one = run("--cio-contract")
    phases, one.config.option.cio_strict = one.phases, True
    one.confirm()
    assert one.settings.strict
    assert one.phases not in (None, phases)
    one.config.option.cio_strict = one.config.option.cio_contract = False
    one.confirm()
    assert one.phases is None


LATE = {"rows": [], "applicable": {}, "lines": ["late: t.py::t"], "fails": True}
ROW = {"nodeid": "t.py::t", "operation": "track.event", "case": None, "outcome": None, "attempts": 1, "waits": []}
HEARD = {"rows": [{**ROW, "violations": [], "call_sites": [], "met_at": []}], "applicable": {}}


def test_the_summary_is_a_section(run) -> None:
    """The summary is printed in a section with our title."""
    one = run()
    one.results.add(HEARD)
    assert printed(one)[:2] == ["= customer.io", "operation    contract"]


def test_late_requests_of_this_process(run) -> None:
    """A worker sends its late requests; any other process adds them to its results."""
    one = run()
    one.phases = SimpleNamespace(session=SimpleNamespace(late=lambda: [LATE]))
    one.finish(ended())
    assert one.results.late == [["late: t.py::t"]]
    one.config.workerinput, one.config.workeroutput = {}, {}
    one.finish(ended())
    assert one.config.workeroutput["customerio_late"] == [LATE]
    assert len(one.results.late) == 1
    one.phases = None


@pytest.mark.parametrize(
    ("args", "worker", "written"), [((), False, True), (("--collect-only",), False, False), ((), True, False)]
)
def test_a_report_is_written_by_the_process_that_prints(
    run, args: tuple[str, ...], *, worker: bool, written: bool
) -> None:
    """A worker writes no report, nor does a run that only collects."""
    one = run("--cio-report=a.json", *args)
    if worker:
        one.config.workerinput, one.config.workeroutput = {}, {}
    one.finish(ended())
    path = one.config.rootpath / "a.json"
    assert path.exists() is written
    assert not written or json.loads(path.read_text(encoding="utf-8"))["version"] == 1


def test_a_report_that_cannot_be_written(run, pytester: pytest.Pytester) -> None:
    """The run ends as a usage error; the reports after it are written."""
    one, session = run("--cio-report=a.json", "--cio-report=b.json"), ended()
    pytester.mkdir("a.json")
    one.finish(session)
    assert session.exitstatus == pytest.ExitCode.USAGE_ERROR
    assert "--cio-report: " in printed(one)[0]
    assert (pytester.path / "b.json").exists()


@pytest.mark.parametrize(
    ("args", "more", "expected"),
    [
        (("--cio-contract",), {}, True),
        (("--cio-contract",), {"exitstatus": pytest.ExitCode.TESTS_FAILED}, True),
        ((), {}, False),
        (("--cio-contract",), {"exitstatus": pytest.ExitCode.INTERRUPTED}, False),
        (("--cio-contract",), {"shouldstop": "x"}, False),
        (("--cio-contract",), {"shouldfail": "x"}, False),
        (("--cio-contract", "-k", "x"), {}, False),
    ],
)
def test_which_runs_can_name_unused_cassettes(run, args: Any, more: Any, *, expected: bool) -> None:
    """Unused cassettes are listed after runs of the whole suite that were not interrupted."""
    one = run(*args)
    one.finish(ended(**more))
    assert one.notes._whole is expected


def test_missing_parts_are_a_warning_of_the_run(run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that an installed library lacks is one warning of the run, whatever the warning filters are."""
    monkeypatch.setattr("pytest_customerio.clients.patched.warnings", lambda: ["aiohttp 9.9: no such part"])
    one = run()
    one.phases = SimpleNamespace(session=SimpleNamespace(late=list, close=list))
    recorded: list[str] = []

    class Warned:
        def pytest_warning_recorded(self, warning_message: Any) -> None:
            recorded.append(str(warning_message.message))

    one.config.pluginmanager.register(Warned())
    one.finish(SimpleNamespace(exitstatus=pytest.ExitCode.OK, shouldstop=False, shouldfail=False))
    assert "aiohttp 9.9: no such part" in recorded
