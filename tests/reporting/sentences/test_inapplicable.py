"""The tests to which no error was replayed, as the summary names them."""

from __future__ import annotations

from resulting import results, verdict

from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import part
from pytest_customerio.reporting.sentences.inapplicable import HEAD, function, lines
from pytest_customerio.reporting.summary import summary


def skipped(found: Results, *nodeids: str) -> Results:
    """The results, with the cases of these items skipped."""
    given = {name: {"case": "400-malformed", "reason": f"{name}: no", "impossible": []} for name in nodeids}
    found.add(part((), {}, skipped=given))
    return found


def test_a_test_of_which_every_case_was_skipped_is_named() -> None:
    """It is named once, with the first reason. A test is not named where another item met an error, or failed before."""
    found = results(
        verdict("track.event", "429-mine", "raised", test="t.py::met[429-mine]"),
        verdict("track.event", test="t.py::a[x]"),
        verdict("track.event", test="t.py::failed[429-mine]"),
    )
    skipped(found, "t.py::met[a]", "t.py::failed[a]", "t.py::a[x]", "t.py::a[y]", "t.py::B::c[x]", "t.py::a[z]")
    assert lines(found) == ["", HEAD, "  t.py::a: t.py::a[x]: no (and 2 more cases)", "  t.py::B::c: t.py::B::c[x]: no"]
    assert HEAD in summary(found)


def test_nothing_is_said_where_nothing_was_skipped() -> None:
    """A run without skipped cases has no such lines."""
    assert lines(results(verdict("track.event"))) == []


def test_many_tests_are_counted() -> None:
    """Ten are shown."""
    found = skipped(results(), *(f"t.py::t{number}[x]" for number in range(12)), "t.py::t0[y]")
    assert lines(found)[2] == "  t.py::t0: t.py::t0[x]: no (and 1 more case)"
    assert lines(found)[12:] == ["  (and 2 more tests)"]


def test_the_function_of_an_item() -> None:
    """The parameters are cut, of which the case is one; brackets in a path are not."""
    assert function("a[1]/t.py::T::t[400-x-basic]") == "a[1]/t.py::T::t"
    assert function("t.py::t") == "t.py::t"
