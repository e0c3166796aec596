"""The results of a run: one row per test, operation and case, from all workers, and how many cases were tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_customerio.core.model import Verdict, Violation
from pytest_customerio.judging.violation import fails

Row = Mapping[str, Any]
# What one test phase adds to the results: `rows`, `applicable`, the case ids by operation, and `mocked`, the calls that
# were heard through mocks by test: how many `calls`, and those `unjudged` by reason. xdist can send it.
Part = Mapping[str, Any]


def row(verdict: Verdict) -> dict[str, Any]:
    """One verdict as a row."""
    shown = _members(verdict)
    shown["waits"] = [round(wait, 6) for wait in verdict.waits]
    shown["violations"] = [_members(violation) for violation in verdict.violations]
    return shown


def part(
    verdicts: Sequence[Verdict], applicable: Mapping[str, Iterable[str]], mocked: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What one test phase adds to the results, as values that xdist can send."""
    rows = [row(verdict) for verdict in verdicts]
    return {"rows": rows, "applicable": {k: list(v) for k, v in applicable.items()}, "mocked": mocked or {}}


class Results:
    """Collects the rows of all tests; with `strict`, warnings fail too."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.applicable: dict[str, list[str]] = {}
        self.late: list[Sequence[str]] = []
        self.recorded: dict[str, int] = {}
        self.mocked: dict[str, Mapping[str, Any]] = {}
        self._rows: dict[tuple[str, str, str | None], Row] = {}

    def add(self, new: Part) -> None:
        """Add one test phase; its rows replace those of an earlier phase, or of an earlier run of the test."""
        for one in new["rows"]:
            self._rows[one["nodeid"], one["operation"], one["case"]] = one
        self.applicable.update(new["applicable"])
        self.mocked.update(new.get("mocked", {}))

    def add_late(self, new: Part) -> None:
        """Add what one test sent after it was over to the test's rows; `lines` are shown below the matrix."""
        for one in new["rows"]:
            key = (one["nodeid"], one["operation"], one["case"])
            old = self._rows.get(key, {**one, "attempts": 0, "violations": []})
            attempts, violations = old["attempts"] + one["attempts"], [*old["violations"], *one["violations"]]
            self._rows[key] = {**old, "attempts": attempts, "violations": violations}
        self.applicable.update(new["applicable"])
        self.late.append(new["lines"])

    def add_recorded(self, nodeid: str, answers: int) -> None:
        """Add the number of answers that one test recorded; 0 if the test did not pass, and nothing was written."""
        self.recorded[nodeid] = answers

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order in which tests began to send them."""
        return list(self._rows.values())

    @property
    def operations(self) -> list[str]:
        """The operations heard, sorted."""
        return sorted({one["operation"] for one in self.rows})

    def untried(self) -> dict[str, list[str]]:
        """The cases that apply to an operation and that no test replayed to it, by operation."""
        tried = {(one["operation"], one["case"]) for one in self.rows}
        return {name: [c for c in cases if (name, c) not in tried] for name, cases in sorted(self.applicable.items())}

    @property
    def looked_at_something(self) -> bool:
        """Whether a request was judged, or a call of a mock."""
        return bool(self._rows)

    def percent(self) -> float | None:
        """The percentage of tried cases among those that apply to the operations heard; None where none was heard."""
        total = sum(len(cases) for cases in self.applicable.values())
        missing = sum(len(cases) for cases in self.untried().values())
        if not self._rows:
            return None
        return round(100 * (total - missing) / total, 1) if total else 100.0

    def fails(self, violation: Mapping[str, Any]) -> bool:
        """Whether this violation of a row fails its test."""
        return fails(violation["severity"], strict=self.strict)


def _members(value: Verdict | Violation) -> dict[str, Any]:
    """As `dataclasses.asdict`, without its deep copies: it runs for every checked test, and the members are flat."""
    return {name: getattr(value, name) for name in value.__slots__}
