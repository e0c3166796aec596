"""The result of a run in one sentence."""

from __future__ import annotations

import pytest
from resulting import BAD, LOST, WARNING, results, seen, verdict

from pytest_customerio.reporting.problems import problems
from pytest_customerio.reporting.results import About, Results
from pytest_customerio.reporting.sentences.headline import Headline, headline, unjudged


def said(run: Results) -> Headline:
    """The headline of a run."""
    return headline(run, problems(run))


def test_a_good_run_says_what_was_looked_at() -> None:
    """Requests, calls of mocks, tried cases, call sites and warnings stand beside the sentence."""
    site = {"sites": ["a.py:1 in f"], "met_at": ["a.py:1 in f"]}
    run = results(verdict("track.event", "401-unauthorized", "raised", WARNING, **site), t=seen(calls=1))
    run.about = About(partial="a part of the suite")
    assert said(run) == Headline(
        "no problem found",
        good=True,
        figures=[
            "1 request in 1 test",
            "1 call heard through mocks or fakes",
            "25 % of the error cases tried",
            "1 of 1 call site met an error",
            "1 warning",
            "a part of the suite",
        ],
    )


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (Results(), "nothing was checked"),
        (results(verdict("track.event", "401-unauthorized", "lost", LOST, BAD)), "2 problems in 1 test"),
    ],
)
def test_a_run_that_is_not_good(run: Results, text: str) -> None:
    """A run that looked at nothing is not good either."""
    assert (said(run).text, said(run).good) == (text, False)


def test_tests_that_fail_without_a_violation_are_counted() -> None:
    """Those that sent nothing, once for each function and reason; and those that fail for reasons of their own."""
    run = results(verdict("track.event", "401-unauthorized", "lost", LOST), t=seen())
    for nodeid in ("t.py::t", "t.py::u[a]", "t.py::u[b]", "t.py::x"):
        run.add_outcome(nodeid, "xfailed" if nodeid == "t.py::x" else "failed")
        run.headlines[nodeid] = "nothing was sent"
    run.add_outcome("t.py::own", "error")
    assert unjudged(run) == [("t.py::u", "nothing was sent", 2)]
    assert said(run).text == ("1 problem in 1 test, 2 tests could not be judged, 1 test failed for reasons of its own")


def test_a_warning_in_a_strict_run_is_a_problem() -> None:
    """It fails its test there."""
    run = results(verdict("track.event", None, None, WARNING._replace()), strict=True)
    assert said(run).text == "1 problem in 1 test"
