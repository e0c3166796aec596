"""What is wrong with a run, as alerts: one for each call site, rule and place in the payload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.reporting import causes
from pytest_customerio.reporting.results import Results, Row
from pytest_customerio.reporting.sarif import Alert, Spot, message

_CALL_SITE = re.compile(r"(?P<path>.+):(?P<line>\d+)(?: in (?P<function>.+))?")
# The most tests that are named for one alert.
TESTS = 20


@dataclass(slots=True)
class _Seen:
    """The first row and violation of one alert, and the cases and tests in which it was seen."""

    row: Row
    violation: Mapping[str, Any]
    cases: dict[str, None] = field(default_factory=dict)
    tests: dict[str, None] = field(default_factory=dict)
    count: int = 0


def of_results(results: Results) -> list[Alert]:
    """The alerts of a run, by test: workers of xdist report in any order."""
    seen: dict[str, _Seen] = {}
    for row, violation in _violations(results):
        one = seen.setdefault(f"{_identity(row, violation)} {violation['allowed']}", _Seen(row, violation))
        # What breaks the contract does so in every case; only where an error was handled badly does the case matter.
        one.cases |= {row["case"]: None} if row["case"] and not violation["where"] else {}
        one.tests[row["nodeid"]] = None
        one.count += 1
    docs = {name: operation.docs for name, operation in Catalog.load().operations.items()} if seen else {}
    return [_alert(one, docs) for one in seen.values()]


def spot(call_site: str) -> Spot:
    """The place that a call site such as `app/crm.py:16 in purchase` names."""
    found = _CALL_SITE.fullmatch(call_site)
    return Spot(found["path"], int(found["line"]), found["function"] or "") if found else Spot(call_site)


def _violations(results: Results) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    for row in sorted(results.rows, key=lambda one: (one["nodeid"], one["operation"], one["case"] or "")):
        for violation in row["violations"]:
            yield row, violation


def _site(row: Row, violation: Mapping[str, Any]) -> str:
    """The call site of the violation, or the first one of the operation in this test."""
    sites: Iterable[str] = (violation["sent_from"] or "", *row["met_at"], *row["call_sites"])
    return next(filter(None, sites), "")


def _identity(row: Row, violation: Mapping[str, Any]) -> str:
    """What stays the same when lines move, values differ or another test finds it first."""
    where = spot(_site(row, violation))
    site = f"{where.path} {where.function}" if where.path else row["nodeid"].partition("[")[0]
    got = "" if violation["where"] else causes.found(violation["rule"], violation["got"], row["case"] or "")
    return f"{row['operation']} {violation['rule']} {causes.without_numbers(violation['where'])} {got} {site}"


def _message(operation: str, place: str, violation: Mapping[str, Any]) -> str:
    names = ("expected", "got", "error", "source", "hint")
    return message(operation, place, *(violation[name] for name in names))


def _alert(seen: _Seen, docs: Mapping[str, str]) -> Alert:
    row, violation = seen.row, seen.violation
    site, cases = _site(row, violation), list(seen.cases)
    place = violation["where"] or (cases[0] if cases else "")
    more = f" (Seen in {causes.named(cases)}.)" if len(cases) > 1 else ""
    return Alert(
        rule=violation["rule"],
        severity=violation["severity"],
        text=_message("" if row["operation"] == "unknown" else row["operation"], place, violation) + more,
        identity=_identity(row, violation),
        spots=[spot(site) if site else Spot(row["nodeid"].partition("::")[0])],
        count=seen.count,
        hint=violation["hint"],
        docs=docs.get(row["operation"], ""),
        allowed=violation["allowed"],
        properties={"operation": row["operation"], "cases": cases, "tests": list(seen.tests)[:TESTS]},
    )
