"""The results of a run: rows, and which cases were tried."""

from __future__ import annotations

from resulting import BAD, CASES, LOST, results, seen, verdict

from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import part


def test_a_test_that_runs_again_replaces_its_row() -> None:
    """Reruns and the teardown phase do not count twice."""
    found = results(verdict("track.event", None, None, BAD))
    found.add(part([verdict("track.event")], {}))
    assert [one["violations"] for one in found.rows] == [[]]


def test_late_requests_join_the_row_of_their_test() -> None:
    """Attempts and violations are added; a test that sent nothing before gets a row."""
    found = results(verdict("track.event", None, None, BAD))
    late = part([verdict("track.event", None, None, LOST), verdict("track.identify")], {"track.identify": CASES})
    found.add_late({**late, "lines": ["late"]})
    assert [(one["operation"], one["attempts"], [v["rule"] for v in one["violations"]]) for one in found.rows] == [
        ("track.event", 4, ["bad-email", "outcome"]),
        ("track.identify", 2, []),
    ]
    assert found.late == [["late"]]
    assert found.applicable["track.identify"] == CASES


def test_the_percentage_of_tried_cases() -> None:
    """One of four cases was tried; where no case applies there is no percentage, which would be one of nothing."""
    found = results(verdict("track.event", "401-unauthorized", "raised"))
    assert (found.percent(), found.untried()) == (25.0, {"track.event": CASES[1:]})
    assert results(verdict("unknown")).percent() is None
    assert Results().percent() is None


def test_what_was_heard_of_a_test_late_is_added() -> None:
    """A request that left after its test counts, also where nothing was heard before."""
    found = results(verdict("track.event"), t=seen(requests=2, heard=2, calls=1))
    for name, one in (("t", seen()), ("u", seen(used="requests"))):
        found.add_late({**part([], {}, {f"t.py::{name}": one}), "lines": []})
    assert [(one["requests"], one["heard"], one["calls"]) for one in found.tests.values()] == [(3, 3, 1), (1, 1, 0)]
    assert found.looked_at.requests == 4


def test_what_tests_send_that_run_once_for_each_operation() -> None:
    """All items of a test together say what it sends; what an item did not find is gone."""
    found = results(
        a=seen(key="t.py::t[]", sent=["track.identify", "track.event"], gone=""),
        b=seen(key="t.py::t[]", sent=["track.identify", "app.send_email"], gone="track.batch"),
        c=seen(key="t.py::t[]", sent=[], gone="track.batch"),
        d=seen(key="", sent=[], gone=""),
    )
    assert found.sent == {"t.py::t[]": ["track.identify", "track.event", "app.send_email"]}
    assert found.gone == {"t.py::t[]": ["track.batch"]}


def test_a_case_that_cannot_happen_is_not_untried() -> None:
    """What a test could not replay to an operation, because of what it sends, does not lower the percentage."""
    found = results(verdict("track.event", CASES[0], "raised"))
    assert found.percent() == 25.0
    found.add(part((), {}, skipped={"t.py::t[x]": {"case": CASES[1], "reason": "no", "impossible": ["track.event"]}}))
    assert found.untried() == {"track.event": CASES[2:]}
    assert found.percent() == 50.0


def test_a_run_of_a_test_replaces_all_rows_of_an_earlier_one() -> None:
    """What the first run sent, and the second one did not, is not a result of the test."""
    found = results(verdict("track.event", None, None, BAD), verdict("track.identify", test="t.py::u"), t=seen())
    found.add(part([verdict("track.identify")], {}, {"t.py::t": seen()}))
    assert [(one["nodeid"], one["operation"]) for one in found.rows] == [
        ("t.py::u", "track.identify"),
        ("t.py::t", "track.identify"),
    ]


def test_rows_have_the_order_of_the_tests() -> None:
    """Workers end their tests in any order; a test that another plugin made comes last."""
    found = results(
        verdict("track.event", test="t.py::made"),
        verdict("track.event", test="t.py::b"),
        verdict("track.event", test="t.py::a"),
        a=seen(index=0),
        b=seen(index=1),
    )
    assert [one["nodeid"] for one in found.ordered] == ["t.py::a", "t.py::b", "t.py::made"]


def test_a_failure_is_not_replaced_by_the_phase_behind_it() -> None:
    """The outcome is that of the phase that failed; a test that is run again begins anew."""
    found = Results()
    for outcome in ("", "failed", "passed", "error"):
        found.add_outcome("t.py::t", outcome)
    assert found.outcomes == {"t.py::t": "failed"}
    found.headlines["t.py::t"] = "lost"
    found.add_outcome("t.py::t", "rerun")
    assert (found.outcomes, found.headlines) == ({}, {})


def test_details_are_held_once() -> None:
    """Equal texts of several rows are one text; answers of several workers are joined."""
    found = Results()
    for number, answers in enumerate(({"": {"source": "observed"}}, {"401": {"source": "documented"}})):
        nodeid = f"t.py::t[{number}]"
        details = {"rows": [[str([number - number])]], "answers": {"track.event": answers}}
        found.add(part([verdict("track.event", test=nodeid)], {}, {nodeid: seen()}, details=details))
    (first,), (second,) = found.details.values()
    assert first is second
    assert found.answers == {"track.event": {"": {"source": "observed"}, "401": {"source": "documented"}}}
