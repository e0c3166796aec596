"""The baseline of a run, without a pytest run."""

from __future__ import annotations

import os
import stat
import sys
from typing import Any

import pytest
from ended_runs import ended, printed

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.core.model import Violation
from pytest_customerio.running.run.baseline import Baseline

AT = Fingerprint("crm.py::buy", "track.event", "event-name-missing", "$.name")
DRAWN = {"drawn": {"function": "t.py::a", "seen": [[*AT, True]]}}
UPDATE = ("--cio-baseline=b.jsonl", "--cio-baseline-update")


@pytest.fixture
def updating(run) -> Any:
    """A run that updates its baseline, and has heard a request."""
    one = run(*UPDATE)
    row = {"nodeid": "t.py::a", "operation": "track.event", "case": None, "call_sites": [], "met_at": []}
    rows = {"rows": [{**row, "attempts": 1, "violations": []}], "applicable": {}}
    one.results.add(rows)
    one.baseline.add(DRAWN)
    return one


def test_a_file_keeps_its_permissions(updating: Any) -> None:
    """The temporary file that is written first has others. A new file has those of the umask."""
    baseline: Baseline = updating.baseline
    for _ in range(2):
        baseline.finish(updating.results, pytest.ExitCode.OK, updating.mistakes)
        assert len(baseline.path.read_text(encoding="utf-8").splitlines()) == 2
        baseline.path.chmod(0o640)
    if sys.platform != "win32":
        assert stat.S_IMODE(baseline.path.stat().st_mode) == 0o640


def test_a_link_stays_one(updating: Any, pytester: pytest.Pytester) -> None:
    """The file that it leads to is written."""
    target = pytester.mkdir("shared") / "real.jsonl"
    target.touch()
    updating.baseline.path.symlink_to(target)
    updating.baseline.finish(updating.results, pytest.ExitCode.OK, updating.mistakes)
    assert updating.baseline.path.is_symlink()
    assert "crm.py::buy" in target.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written(updating: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends as a usage error that names the file."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    session = ended()
    updating.finish(session)
    assert session.exitstatus == pytest.ExitCode.USAGE_ERROR
    assert printed(updating)[0] == (
        f"ERROR: --cio-baseline: {updating.settings.baseline} cannot be written: Permission denied"
    )
    assert not updating.settings.baseline.exists()


def test_a_worker_sends_what_it_collected(planned, run) -> None:
    """Each worker collects all tests; the controller takes what one of them sends, and writes no file for them."""
    worker, controller = run(*UPDATE), run(*UPDATE)
    items = planned("def test_a(): pass\ndef test_b(): pass")[1]
    worker.baseline.collect(items)
    worker.plan([])
    worker.config.workerinput, worker.config.workeroutput = {}, {}
    worker.finish(ended())
    sent = worker.config.workeroutput["customerio_baseline"]
    assert sorted(sent["collected"].values()) == [1, 1]
    for _ in range(2):
        controller.baseline.take({**sent, "functions": {"crm.py:3 in buy": "Crm.buy"}})
    assert controller.baseline.ran.collected == sent["collected"]
    assert controller.baseline.known.functions == {"crm.py:3 in buy": "Crm.buy"}
    assert not worker.settings.baseline.exists()


def test_late_requests_are_drawn_too(run) -> None:
    """They come by themselves, and so do their violations."""
    one = run(*UPDATE)
    one.received.late([{"rows": [], "applicable": {}, "lines": [], "fails": False, **DRAWN}])
    assert one.baseline.draws[AT].tests == {"t.py::a"}


def test_a_file_on_another_drive_has_its_whole_name(updating: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no relative path to it."""

    def none(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", none)
    assert updating.baseline.name == str(updating.settings.baseline)


def test_what_only_the_whole_run_shows(run) -> None:
    """Two tests draw it together; what is allowed is not drawn."""
    one = run(*UPDATE, "--cio-strict").baseline
    conflict = Violation("type-conflict", "warning", "$.plan", "number", "text", sent_from="crm.py:3 in buy")
    allowed = conflict._replace(allowed="old")
    assert one.marked(allowed, "track.event", ["t.py::a", "t.py::b[1]"]) == allowed
    assert one.draws == {}
    assert one.marked(conflict, "track.event", ["t.py::a", "t.py::b[1]"]).known == "new in the baseline"
    ((fingerprint, draw),) = one.draws.items()
    assert (fingerprint.rule, draw.tests) == ("type-conflict", {"t.py::a", "t.py::b"})
