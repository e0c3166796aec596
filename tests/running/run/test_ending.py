"""What fails a run although each of its tests passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ended_runs import ended, printed

from pytest_customerio.reporting.sentences.messages import JUDGED_THERE, NOTHING_CHECKED

LATE = {"rows": [], "applicable": {}, "lines": ["late: t.py::t"], "fails": True}


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        ((), pytest.ExitCode.OK, False),
        (("--cio-contract",), pytest.ExitCode.OK, True),
        (("--cio-strict",), pytest.ExitCode.TESTS_FAILED, True),
        (("--cio-strict", "-k", "one"), pytest.ExitCode.OK, False),
    ],
    ids=["off", "gate", "strict", "selected"],
)
def test_a_run_that_heard_nothing(run, args: tuple[str, ...], status: pytest.ExitCode, said: bool) -> None:
    """Where every test was to be checked it says so, and fails with --cio-strict; else it prints nothing."""
    one, session = run(*args), ended()
    one.finish(session)
    expected = ["= customer.io", *NOTHING_CHECKED.splitlines()] if said else []
    assert (session.exitstatus, printed(one)) == (status, expected)


@pytest.mark.parametrize(("plans", "status"), [(0, pytest.ExitCode.TESTS_FAILED), (1, pytest.ExitCode.OK)])
def test_a_tracking_plan_that_is_not_there(run, tmp_path: Path, plans: int, status: pytest.ExitCode) -> None:
    """A strict run that should hold its events to a plan, and finds none, has not looked."""
    for _ in range(plans):
        (tmp_path / "attributes.json").write_text("{}", encoding="utf-8")
    one, session = run("--cio-strict", "-o", f"cio_plan={tmp_path}"), ended()
    one.ending.uses_sandbox = True
    one.finish(session)
    assert session.exitstatus == status


def test_a_run_whose_tests_use_the_sandbox(run) -> None:
    """The sandbox judges what it receives, so that something was looked at; a worker says so to its controller."""
    one, session = run("--cio-strict"), ended()
    one.note_sandbox(tuple)
    one.finish(session)
    assert (session.exitstatus, printed(one)) == (pytest.ExitCode.OK, ["= customer.io", JUDGED_THERE])
    one.config.workerinput, one.config.workeroutput = {}, {}
    one.note_sandbox(tuple)
    assert one.config.workeroutput == {"customerio_sandbox": True}


@pytest.mark.parametrize("status", [pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED])
def test_a_run_that_is_not_green_does_not_say_what_it_heard(run, status: pytest.ExitCode) -> None:
    """Its exit status stays, and nothing is concluded from what it did not come to."""
    one, session = run("--cio-strict"), ended(exitstatus=status)
    one.finish(session)
    assert (session.exitstatus, printed(one)) == (status, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED),
        (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.TESTS_FAILED),
        (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERRUPTED),
    ],
)
def test_a_late_violation_fails_the_run(run, before: Any, after: Any) -> None:
    """A late violation fails a run that passed; another exit status stays."""
    one, session = run(), ended(exitstatus=before)
    one.received.late([{**LATE, "fails": False}])
    one.received.late([LATE])
    one.finish(session)
    assert session.exitstatus == after
    assert len(one.results.late) == 2
