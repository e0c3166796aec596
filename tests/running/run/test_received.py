"""What the reports of tests carry is taken by the run."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_customerio.running import xdist
from pytest_customerio.running.planning.marks import Marks
from pytest_customerio.running.run.received import outcome_of


@pytest.mark.parametrize(
    ("outcome", "when", "more", "word"),
    [
        ("passed", "setup", {}, ""),
        ("passed", "call", {}, "passed"),
        ("failed", "setup", {}, "error"),
        ("failed", "call", {}, "failed"),
        ("failed", "???", {}, "failed"),
        ("failed", "teardown", {}, "error"),
        ("skipped", "setup", {}, "skipped"),
        ("skipped", "call", {"wasxfail": ""}, "xfailed"),
        ("passed", "call", {"wasxfail": ""}, "xpassed"),
        ("rerun", "call", {}, "rerun"),
    ],
)
def test_the_word_is_that_of_the_terminal(outcome: str, when: str, more: dict[str, str], word: str) -> None:
    """A worker that crashed has no phase; a phase that passed says nothing unless it is the call."""
    assert outcome_of(SimpleNamespace(outcome=outcome, when=when, **more)) == word


def test_what_a_report_carries(run) -> None:
    """It is added to the results; of a phase that is run again the headline does not stay."""
    one, row = run(), {"nodeid": "t.py::t", "operation": "track.event", "case": None}
    report = {"nodeid": "t.py::t", "when": "call", "outcome": "failed", "cio_headline": "lost"}
    carried = {"cio": {"rows": [row], "applicable": {}}, "cio_recorded": ["t.py::t", 2], "cio_cause": None}
    one.received.report(SimpleNamespace(**report, **carried, cio_compared=["t.py::t", {"drift": True}]))
    assert (one.results.rows, one.results.recorded, one.results.drifted) == ([row], {"t.py::t": 2}, True)
    assert (one.results.outcomes, one.results.headlines) == ({"t.py::t": "failed"}, {"t.py::t": "lost"})
    one.received.report(SimpleNamespace(**{**report, "outcome": "rerun"}))
    assert (one.results.outcomes, one.results.headlines) == ({}, {})


def test_what_a_worker_sent_when_it_ended(run) -> None:
    """Its mistake, late requests, marks and sandbox reach the run; of a baseline only where the run has one."""
    one = run()
    late = {"rows": [], "applicable": {}, "lines": ["late"], "fails": True, "needed": ["ini cio_allow: jitter: why"]}
    marks = Marks(1, 2, ["t.py::t"])
    output = {xdist.LATE: [late], xdist.MARKS: marks.values(), xdist.BASELINE: {"drawn": []}, xdist.SANDBOX: True}
    one.received.worker(output)
    assert (one.results.late, one.ending.late_fails, one.ending.uses_sandbox) == ([["late"]], True, True)
    assert one.notes.marks == marks
    assert one.notes.allowances.unneeded(["jitter: why"], narrowed=False) == []
    assert one.mistakes.late == ""
    one.received.worker({xdist.MISTAKE: "a mistake"})
    assert one.mistakes.late == "a mistake"
