"""The problems of a run as alerts of code scanning, each at the line of the application that sent the payload."""

from __future__ import annotations

import re
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.reporting.formats.annotations import from_workspace
from pytest_customerio.reporting.formats.sarif import Alert, Spot, Suppression, message
from pytest_customerio.reporting.problems import Problem, problems
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.sentences import causes

_CALL_SITE = re.compile(r"(?P<path>.+):(?P<line>\d+)(?: in (?P<function>.+))?")
# The most tests that are named for one alert.
TESTS = 20


def of_results(results: Results, workspace: str = "") -> list[Alert]:
    """The alerts of a run. `workspace` is the folder that paths are shown from, if the project is in it."""
    docs = {name: operation.docs for name, operation in Catalog.load().operations.items()}
    return [_alert(one, docs.get(one.operation, ""), results, workspace) for one in problems(results)]


def _alert(problem: Problem, docs: str, results: Results, workspace: str) -> Alert:
    each, cases = problem.violation, list(problem.cases)
    spot = _spot(problem)
    operation = "" if problem.operation == "unknown" else problem.operation
    said = [each[name] for name in ("expected", "got", "error", "source", "hint")]
    more = f" (Seen in {causes.named(cases)}.)" if len(cases) > 1 else ""
    return Alert(
        rule=each["rule"],
        severity=each["severity"],
        text=message(operation, problem.place, *said) + more,
        identity=_identity(problem, spot),
        spots=[Spot(from_workspace(workspace, results.about.rootdir, spot.path), spot.line, spot.function)],
        count=problem.count,
        hint=each["hint"],
        docs=docs,
        suppression=_suppression(problem),
        properties={"operation": problem.operation, "cases": cases, "tests": list(problem.tests)[:TESTS]},
    )


def _spot(problem: Problem) -> Spot:
    """The call site; where none is known the file of the first test."""
    found = _CALL_SITE.fullmatch(problem.violation["sent_from"] or "")
    if found is None:
        return Spot(next(iter(problem.tests)).partition("::")[0])
    return Spot(found["path"], int(found["line"]), found["function"] or "")


def _identity(problem: Problem, spot: Spot) -> str:
    """What stays the same when lines move, values differ or another test finds it first."""
    each = problem.violation
    case = next(iter(problem.cases), "")
    what = causes.without_numbers(each["where"]) or causes.found(each["rule"], each["got"], case)
    return f"{problem.operation} {each['rule']} {what} {spot.path} {spot.function}"


def _suppression(problem: Problem) -> Suppression | None:
    reasons: dict[Any, Suppression] = {
        "allowed": Suppression("inSource", problem.violation.get("allowed", "")),
        "known": Suppression("external", "in the baseline"),
        "expected": Suppression("inSource", "its tests are marked xfail"),
    }
    return reasons.get(problem.state)
