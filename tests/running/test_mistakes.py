"""A mistake of the user ends the run, whenever it becomes known."""

from __future__ import annotations

import pytest
from ended_runs import ended, printed

BROKEN = """
import pytest

@pytest.mark.cio_errors("999")
def test_first(): pass

@pytest.mark.cio_contract(1)
def test_second(): pass
"""
MISTAKE = "::test_first: cio_errors: '999' is no error case"


def test_the_first_mistake_in_a_mark_ends_the_run(planned) -> None:
    """The first mistake in a mark is a usage error before any test runs."""
    with pytest.raises(pytest.UsageError, match=MISTAKE):
        planned(BROKEN)


def test_a_worker_sends_the_mistake_instead(planned) -> None:
    """A worker with a mistake runs no test, because a UsageError would crash it."""
    run, items = planned(BROKEN, worker=True)
    assert items == []
    assert MISTAKE in run.config.workeroutput["customerio_mistake"]


def test_a_mistake_that_is_known_late(run) -> None:
    """The run ends as a usage error with the first mistake, and writes no report."""
    one, session = run("--cio-report=a.json"), ended()
    for text in ("first", "second"):
        one.mistakes.fail(text)
    one.finish(session)
    assert session.exitstatus == pytest.ExitCode.USAGE_ERROR
    assert printed(one) == ["ERROR: first"]
    assert not (one.config.rootpath / "a.json").exists()


def test_a_worker_tells_its_controller(run) -> None:
    """A mistake that a worker finds while tests run ends the whole run."""
    one = run()
    one.config.workerinput, one.config.workeroutput = {}, {}
    one.mistakes.fail("a mistake")
    assert one.config.workeroutput == {"customerio_mistake": "a mistake"}
