"""Our marks in a run that does not check every test."""

from __future__ import annotations

from pytest_customerio.core.allowances import Allowance
from pytest_customerio.running.planning.marks import Marks
from pytest_customerio.running.planning.plan import Plan

ALLOW = (Allowance("outcome", None, "x"),)


def counted(*plans: Plan) -> Marks:
    """The marks of these tests."""
    marks = Marks()
    for plan in plans:
        marks.add(plan)
    return marks


def plan(name: str, allow: tuple[Allowance, ...] = (), *, checked: bool = False) -> Plan:
    return Plan(f"t.py::{name}", checked, allow, function=f"t.py::{name.partition('[')[0]}")


def test_nothing_is_said_where_all_tests_or_none_are_checked() -> None:
    """A run without our marks says nothing of them, nor does one in which each test has one."""
    assert counted(plan("a"), plan("b")).sentences() == []
    assert counted(plan("a", checked=True), plan("b", ALLOW, checked=True)).sentences() == []


def test_how_many_tests_are_checked() -> None:
    """The sentence says how a mark asks for a check, and what checks every test."""
    assert counted(plan("a", ALLOW, checked=True), plan("b"), plan("c")).sentences() == [
        "checked: 1 of 3 tests, those with the mark cio_contract or cio_errors or a fixture of this plugin;"
        " pytest --cio-contract checks every test"
    ]


def test_a_mark_that_does_nothing() -> None:
    """`cio_allow` does not have its test checked: the function is named once, with what would have it checked."""
    said = (
        "cio_allow alone does nothing: t.py::a{more}; what checks the test is pytest --cio-contract, or the mark"
        " cio_contract or cio_errors on it"
    )
    assert counted(plan("a[1]", ALLOW), plan("a[2]", ALLOW)).sentences() == [said.format(more="")]
    assert counted(plan("a", ALLOW), plan("b", ALLOW)).sentences() == [said.format(more=" (and 1 more)")]


def test_marks_as_values() -> None:
    """xdist sends them as plain values."""
    marks = counted(plan("a", ALLOW), plan("b", checked=True))
    assert Marks(*marks.values()) == marks
