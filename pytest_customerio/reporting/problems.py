"""The violations of a run by cause: one problem for all tests and cases in which the same was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import Row, is_allowed
from pytest_customerio.reporting.sentences import causes

# fail: it fails its tests. warning: it would with --cio-strict. known: it stands in the baseline. allowed: by a mark or
# the ini. expected: its tests are marked xfail.
State = Literal["fail", "warning", "known", "allowed", "expected", "info"]
STATES: tuple[State, ...] = ("fail", "warning", "known", "allowed", "expected", "info")


@dataclass(slots=True)
class Problem:
    """One cause: the first violation that it showed in, as in a row, and the tests and cases that it was found in."""

    state: State
    operation: str
    violation: Mapping[str, Any]
    cases: dict[str, None] = field(default_factory=dict)
    tests: dict[str, None] = field(default_factory=dict)
    count: int = 0

    @property
    def place(self) -> str:
        """Where in the payload it is; of an error that was handled badly the first case."""
        return str(self.violation["where"]) or next(iter(self.cases), "")


def problems(results: Results) -> list[Problem]:
    """All problems: those that fail tests first, each in the order of the tests."""
    found: dict[tuple[str, str], Problem] = {}
    for row in results.ordered:
        for each in row["violations"]:
            state = state_of(results, each, row["nodeid"])
            one = found.setdefault((state, _cause(row, each)), Problem(state, row["operation"], each))
            one.count += 1
            one.tests[row["nodeid"]] = None
            if row["case"] and not each["where"]:
                one.cases[row["case"]] = None
    return sorted(found.values(), key=lambda one: STATES.index(one.state))


def state_of(results: Results, violation: Mapping[str, Any], nodeid: str) -> State:
    """What a violation does to its test."""
    if results.fails(violation):
        return "expected" if results.outcomes.get(nodeid) == "xfailed" else "fail"
    if is_allowed(violation):
        return "allowed"
    if violation.get("known"):
        return "known"
    return "warning" if violation["severity"] == "warning" else "info"


def _cause(row: Row, each: Mapping[str, Any]) -> str:
    """Of a contract the place counts, and of error handling what was found."""
    if each["where"]:
        return causes.place(row["operation"], each["rule"], each["where"], each["sent_from"])
    got = causes.found(each["rule"], each["got"], row["case"] or "")
    return f"{row['operation']} {each['rule']}: {got} {each['sent_from']}"
