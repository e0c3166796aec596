"""Results for the tests of reporting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_customerio.contract.plan.shapes import shape, typed
from pytest_customerio.core.model import Outcome, Verdict, Violation
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import part

CASES = ["401-unauthorized", "429-rate-limited-persists", "429-rate-limited-recovers", "read-timeout-persists"]
BAD = Violation("bad-email", "error", "$.email", "an e-mail address", "text of 3 characters", sent_from="app.py:1 in f")
WARNING = Violation(
    "batch-empty", "warning", "$.batch", "at least 1 operation", "empty list", sent_from="app.py:2 in g"
)
LOST = Violation("outcome", "error", "", "recovered", "lost")


def verdict(
    operation: str,
    case: str | None = None,
    outcome: Outcome | None = None,
    *violations: Violation,
    test: str = "t.py::t",
    sites: Sequence[str] = (),
    met_at: Sequence[str] = (),
) -> Verdict:
    """One verdict."""
    return Verdict(test, operation, case, outcome, 2, (1.0, 2.0), violations, tuple(sites), tuple(met_at))


def seen(**more: Any) -> dict[str, Any]:
    """What was heard of one test."""
    return {"requests": 1, "heard": 1, "calls": 0, "unjudged": {}, "used": "", "mark": None, **more}


def results(*verdicts: Verdict, strict: bool = False, **looked_at: Mapping[str, Any]) -> Results:
    """The results of these verdicts; four cases apply to each operation that is known.

    `looked_at` is what was heard of the test with this name in `t.py`.
    """
    found = Results(strict=strict)
    operations = {one.operation for one in verdicts if one.operation != "unknown"}
    tests = {f"t.py::{name}": one for name, one in looked_at.items()}
    found.add(part(verdicts, dict.fromkeys(operations, CASES), tests))
    return found


def observed(site: str, data: Any, name: str = "buy", kind: str = "event", **more: Any) -> dict[str, Any]:
    """What one call site sent."""
    return {
        "kind": kind,
        "name": name,
        "where": "$.data" if kind == "event" else "$",
        "operation": "track.event" if kind == "event" else "track.identify",
        "site": site,
        "nodeid": f"t.py::{site}",
        "shape": shape(data),
        "types": [list(one) for one in typed(data)],
        "allow": {},
        **more,
    }
