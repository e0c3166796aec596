"""Violations by cause."""

from __future__ import annotations

from resulting import BAD, LOST, WARNING, results, verdict

from pytest_customerio.reporting.problems import problems


def test_what_was_found_for_one_cause_is_one_problem() -> None:
    """The tests and the cases in which it was found stand with it; those that fail tests come first."""
    lost = LOST._replace(got="lost: nothing after the 429-rate-limited")
    other = LOST._replace(got="lost: nothing after the 401-unauthorized")
    found = problems(
        results(
            verdict("track.batch", None, None, WARNING),
            verdict("track.event", "429-rate-limited-persists", "lost", BAD, lost),
            verdict("track.event", "401-unauthorized", "lost", other, test="t.py::u"),
            verdict("track.event", None, None, BAD._replace(where="$.batch[3].email"), test="t.py::u"),
            verdict("track.event", None, None, BAD._replace(where="$.batch[14].email", got="a text"), test="t.py::v"),
        )
    )
    assert [(one.state, one.violation["rule"], one.place, list(one.tests), one.count) for one in found] == [
        ("fail", "bad-email", "$.email", ["t.py::t"], 1),
        ("fail", "outcome", "429-rate-limited-persists", ["t.py::t", "t.py::u"], 2),
        ("fail", "bad-email", "$.batch[3].email", ["t.py::u", "t.py::v"], 2),
        ("warning", "batch-empty", "$.batch", ["t.py::t"], 1),
    ]
    assert list(found[1].cases) == ["429-rate-limited-persists", "401-unauthorized"]


def test_a_problem_has_the_state_of_what_it_does_to_its_test() -> None:
    """Allowed, known from a baseline, info, or in a test that is expected to fail: none of them fails a test."""
    info = WARNING._replace(severity="info")
    run = results(
        verdict("track.event", None, None, BAD._replace(allowed="an old one")),
        verdict("track.event", None, None, BAD, test="t.py::old"),
        verdict("track.event", None, None, BAD, test="t.py::xfail"),
        verdict("track.event", None, None, info, test="t.py::info"),
        strict=True,
    )
    old = next(row for row in run.rows if row["nodeid"] == "t.py::old")
    old["violations"][0].update(known=True, severity="warning")
    run.strict = False
    run.add_outcome("t.py::xfail", "xfailed")
    assert [(one.state, next(iter(one.tests))) for one in problems(run)] == [
        ("known", "t.py::old"),
        ("allowed", "t.py::t"),
        ("expected", "t.py::xfail"),
        ("info", "t.py::info"),
    ]
