"""The results of a run: the rows of all tests, from all workers, and how many cases were tried."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pytest_customerio.core.model import Violation
from pytest_customerio.judging.violation import fails
from pytest_customerio.reporting.looked_at import LookedAt, looked_at
from pytest_customerio.reporting.rows import Key, Part, Row, is_allowed, is_known, key_of
from pytest_customerio.reporting.sent_shapes import SentShapes

# The rule about call sites that disagree on the type of a value. Only the whole run shows that.
CONFLICT = "type-conflict"
# The place of a test that has none, such as one that another plugin made: the last one.
LAST = 10**9


class About(NamedTuple):
    """The run itself: the root folder, when it ended (`2026-11-26 04:17 UTC`), which part of the suite it ran, if not
    all, and the `versions` of what ran it.
    """

    rootdir: Path = Path()
    ended: str = ""
    partial: str = ""
    versions: str = ""


class Results:
    """Collects the rows of all tests; with `strict`, warnings fail too. `gate` is the option that checks every test."""

    def __init__(self, *, strict: bool = False, gate: str = "--cio-contract") -> None:
        self.strict = strict
        self.gate = gate
        # The minimum in percent, where the run has to reach one; what a report shows of the baseline, if there is one.
        self.required: float | None = None
        self.baseline: Mapping[str, Any] | None = None
        # The report files that were written, as they are shown.
        self.written: list[str] = []
        self.applicable: dict[str, list[str]] = {}
        self.late: list[Sequence[str]] = []
        self.recorded: dict[str, int] = {}
        self.compared: dict[str, Mapping[str, Any]] = {}
        self.tests: dict[str, Mapping[str, Any]] = {}
        self.skipped: dict[str, Mapping[str, Any]] = {}
        # What pytest says of each test: passed, failed, error, skipped, xfailed or xpassed; and the headlines of the
        # failures that are ours.
        self.outcomes: dict[str, str] = {}
        self.headlines: dict[str, str] = {}
        # Where a report of the run shows that: the details of rows, each as JSON texts, and the answers by operation
        # and case; the success has no case.
        self.details: dict[Key, Sequence[str]] = {}
        self.answers: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.about = About()
        self.shapes = SentShapes()
        self._rows: dict[Key, Row] = {}
        self._of_test: dict[str, list[Key]] = {}

    def add(self, new: Part) -> None:
        """Add one test phase; its rows replace those of an earlier phase, or of an earlier run of the test."""
        keys = [key_of(one) for one in new["rows"]]
        for nodeid in new.get("looked_at", {}):
            for key in self._of_test.pop(nodeid, ()):
                self._rows.pop(key, None)
        for key, one in zip(keys, new["rows"], strict=True):
            self._rows[key] = one
            self._of_test.setdefault(key[0], []).append(key)
        self._add_details(keys, new.get("details"))
        self.applicable.update(new["applicable"])
        self.tests.update(new.get("looked_at", {}))
        self.skipped.update(new.get("skipped", {}))
        self.shapes.add(new.get("shapes", ()))

    def _add_details(self, keys: Sequence[Key], details: Mapping[str, Any] | None) -> None:
        """Add the details of rows. Most are the same for all cases of a test, so that equal texts are held once."""
        if details is not None:
            for key, texts in zip(keys, details["rows"], strict=True):
                self.details[key] = tuple(map(sys.intern, texts))
            for operation, found in details["answers"].items():
                self.answers.setdefault(operation, {}).update(found)

    def add_outcome(self, nodeid: str, outcome: str) -> None:
        """Add what pytest says of one phase of a test. A failure is not replaced by the phase behind it."""
        if outcome == "rerun":
            self.outcomes.pop(nodeid, None)
            self.headlines.pop(nodeid, None)
        elif outcome and self.outcomes.get(nodeid) not in ("failed", "error"):
            self.outcomes[nodeid] = outcome

    def add_late(self, new: Part) -> None:
        """Add what one test sent after it was over to the test's rows; `lines` are shown below the matrix."""
        for one in new["rows"]:
            key = key_of(one)
            old = self._rows.get(key, {**one, "attempts": 0, "violations": []})
            attempts, violations = old["attempts"] + one["attempts"], [*old["violations"], *one["violations"]]
            sites = list(dict.fromkeys([*old["call_sites"], *one["call_sites"]]))
            self._rows[key] = {**old, "attempts": attempts, "violations": violations, "call_sites": sites}
        for nodeid, one in new.get("looked_at", {}).items():
            before = self.tests.get(nodeid, {"requests": 0, "heard": 0})
            more = {name: before[name] + one[name] for name in ("requests", "heard")}
            self.tests[nodeid] = {**one, **before, **more}
        self.applicable.update(new["applicable"])
        self.shapes.add(new.get("shapes", ()))
        self.late.append(new["lines"])

    def add_violation(self, nodeid: str, operation: str, violation: Violation) -> None:
        """Add a violation that only the whole run shows to the first row of a test and operation."""
        key = next((key for key in self._of_test.get(nodeid, ()) if key[1] == operation), None)
        if key is not None:
            old = self._rows[key]
            self._rows[key] = {**old, "violations": [*old["violations"], violation._asdict()]}

    def add_recorded(self, nodeid: str, answers: int) -> None:
        """Add the number of answers that one test recorded; 0 if the test did not pass, and nothing was written."""
        self.recorded[nodeid] = answers

    def add_compared(self, nodeid: str, comparison: Mapping[str, Any]) -> None:
        """Add how what one test sent differs from its recording (a `Comparison`, as xdist can send it)."""
        self.compared[nodeid] = comparison

    @property
    def drifted(self) -> bool:
        """Whether a test sent something else than its recording has."""
        return any(one["drift"] for one in self.compared.values())

    @property
    def conflicting(self) -> bool:
        """Whether call sites disagree on a type, and that is not allowed."""
        return any(each["rule"] == CONFLICT and self.fails(each) for one in self.rows for each in one["violations"])

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order in which tests began to send them."""
        return list(self._rows.values())

    @property
    def ordered(self) -> list[Row]:
        """All rows, in the order of the tests; the workers of xdist end theirs in any order."""
        places = {nodeid: one.get("index", LAST) for nodeid, one in self.tests.items()}
        return sorted(self.rows, key=lambda one: places.get(one["nodeid"], LAST))

    @property
    def operations(self) -> list[str]:
        """The operations heard, sorted."""
        return sorted({one["operation"] for one in self.rows})

    @property
    def call_sites(self) -> dict[str, dict[str, set[str]]]:
        """The call sites of each operation, and the cases that each of them met."""
        found: dict[str, dict[str, set[str]]] = {}
        for one in self.rows:
            sites = found.setdefault(one["operation"], {})
            for site in (*one["call_sites"], *one["met_at"]):
                sites.setdefault(site, set())
            for site in one["met_at"]:
                sites[site].add(one["case"])
        return found

    @property
    def sent(self) -> dict[str, list[str]]:
        """The operations of the tests that run once for each of theirs, by the test's key, in order."""
        found: dict[str, dict[str, None]] = {}
        for one in self.tests.values():
            if one.get("key"):
                found.setdefault(one["key"], {}).update(dict.fromkeys(one["sent"]))
        return {key: list(names) for key, names in found.items()}

    @property
    def gone(self) -> dict[str, list[str]]:
        """The operations that tests sent in the last run and send no more, by the test's key."""
        found: dict[str, list[str]] = {}
        for one in self.tests.values():
            if one.get("gone") and one["gone"] not in found.setdefault(one["key"], []):
                found[one["key"]].append(one["gone"])
        return found

    def untried(self) -> dict[str, list[str]]:
        """The cases that apply to an operation and that no test replayed to it, by operation.

        Those that could not happen to what a test sent are left out.
        """
        done = {(one["operation"], one["case"]) for one in self.rows}
        done |= {(name, one["case"]) for one in self.skipped.values() for name in one["impossible"]}
        return {name: [c for c in cases if (name, c) not in done] for name, cases in sorted(self.applicable.items())}

    @property
    def looked_at(self) -> LookedAt:
        """What was looked at, counted."""
        return looked_at(self.tests)

    @property
    def looked_at_something(self) -> bool:
        """Whether a request was judged, or a call of a mock."""
        return bool(self._rows)

    @property
    def known(self) -> int:
        """How many violations the baseline knows."""
        return sum(is_known(each) for one in self.rows for each in one["violations"])

    def percent(self) -> float | None:
        """The percentage of tried cases among those that apply to the operations heard; None where none applies."""
        total = sum(len(cases) for cases in self.applicable.values())
        missing = sum(len(cases) for cases in self.untried().values())
        return round(100 * (total - missing) / total, 1) if total and self._rows else None

    def fails(self, violation: Mapping[str, Any]) -> bool:
        """Whether this violation of a row fails its test: not where a mark, the ini or the baseline excuses it."""
        excused = is_allowed(violation) or is_known(violation)
        return fails(violation["severity"], strict=self.strict, excused=excused)
