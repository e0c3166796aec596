"""One row of the results: a verdict as values that xdist can send, and what its violations say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_customerio.core.model import Verdict

Row = Mapping[str, Any]
# What one test phase adds to the results: `rows`, `applicable`, the case ids by operation, and `looked_at`, what was
# heard of each test (`running/noted/seen.py`). `skipped` is why the case of an item was not replayed: its `reason`,
# the `case`, and the operations to which it is `impossible`. `details` is what a report shows of each row besides it
# (`running/noted/details.py`), where a report of the run shows that. `shapes` are those that call sites sent for the
# first time. xdist can send it.
Part = Mapping[str, Any]
# Which row of the results: test, operation, case.
Key = tuple[str, str, str | None]


def row(verdict: Verdict) -> dict[str, Any]:
    """One verdict as a row."""
    return {
        "nodeid": verdict.nodeid,
        "operation": verdict.operation,
        "case": verdict.case,
        "outcome": verdict.outcome,
        "attempts": verdict.attempts,
        "waits": [round(wait, 6) for wait in verdict.waits] if verdict.waits else [],
        "violations": [violation._asdict() for violation in verdict.violations] if verdict.violations else [],
        "call_sites": list(verdict.call_sites),
        "met_at": list(verdict.met_at),
    }


def part(
    verdicts: Sequence[Verdict],
    applicable: Mapping[str, Iterable[str]],
    looked_at: Mapping[str, Any] | None = None,
    skipped: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    shapes: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What one test phase adds to the results, as values that xdist can send."""
    listed = {operation: list(cases) for operation, cases in applicable.items()} if applicable else {}
    made = {"rows": [*map(row, verdicts)], "applicable": listed, "looked_at": looked_at or {}, "skipped": skipped or {}}
    if details is not None:
        made["details"] = details
    if shapes:
        made["shapes"] = list(shapes)
    return made


def is_known(violation: Mapping[str, Any]) -> bool:
    """Whether the baseline knows this violation of a row."""
    return bool(violation.get("known"))


def key_of(one: Row) -> Key:
    """Which row of the results this is."""
    return (one["nodeid"], one["operation"], one["case"])


def is_allowed(violation: Mapping[str, Any]) -> bool:
    """Whether a mark or the ini allows this violation of a row."""
    return bool(violation.get("allowed"))
