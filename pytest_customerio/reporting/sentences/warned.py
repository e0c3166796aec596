"""The warnings in the summary: one for each cause, with the other cases and tests in which it was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.reporting.results import CONFLICT, Results
from pytest_customerio.reporting.rows import is_allowed, is_known
from pytest_customerio.reporting.sentences import causes

# The most causes that are shown one by one; the rest is counted.
WARNINGS = 10
FAIL_IF_STRICT = "warnings (they fail with --cio-strict):"
FAIL_THE_RUN = "these fail the run (--cio-strict):"


@dataclass(slots=True)
class Warned:
    """One cause: its first warning, the cases that it was seen in, and how often it was seen."""

    text: str
    cases: list[str] = field(default_factory=list)
    count: int = 0


def warnings(results: Results) -> list[str]:
    """The lines about what did not fail, but would with --cio-strict; with it, about what fails the run alone."""
    found = _by_cause(results)
    shown = [text for one in list(found.values())[:WARNINGS] for text in _lines(one)]
    more = [f"  (and {len(found) - WARNINGS} more)"] if len(found) > WARNINGS else []
    return ["", FAIL_THE_RUN if results.strict else FAIL_IF_STRICT, *shown, *more] if found else []


def _by_cause(results: Results) -> dict[str, Warned]:
    found: dict[str, Warned] = {}
    for row, each in _warnings(results):
        one = found.setdefault(_cause(row, each), Warned(_text(row, each)))
        one.cases += [row["case"]] if row["case"] and not each["where"] else []
        one.count += 1
    return found


def _warnings(results: Results) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for row in results.rows:
        for each in row["violations"]:
            shown = not results.strict or each["rule"] == CONFLICT  # in a strict run, all others fail their test
            if each["severity"] == "warning" and not (is_allowed(each) or is_known(each)) and shown:
                yield row, each


def _cause(row: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    """Violations of a contract have a place in the payload. Those of error handling have none."""
    got = each["got"] if each["where"] else causes.found(each["rule"], each["got"], row["case"] or "")
    return f"{row['operation']} {each['rule']} {each['where']} {got} {each['sent_from']}"


def _text(row: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    place = f" at {each['sent_from']}" if each["sent_from"] else ""
    subject = f"{row['operation']} {each['where'] or row['case']}"
    return f"  {subject}: expected {each['expected']}, got {each['got']} [{each['rule']}]{place}"


def _lines(one: Warned) -> list[str]:
    others = list(dict.fromkeys(one.cases))[1:]
    times = f" (×{one.count})" if one.count > 1 else ""
    return [one.text + times, *([f"    {causes.named(others)}: the same"] if others else [])]
