"""What pytest says of a test in one phase, in the words of its terminal."""

from __future__ import annotations

from typing import Any


def outcome_of(report: Any) -> str:
    """passed, failed, error, skipped, xfailed, xpassed or rerun; empty where a phase passed that is no call."""
    if report.outcome == "failed":
        return "error" if report.when in ("setup", "teardown") else "failed"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.outcome == "skipped" else "xpassed"
    return "" if report.outcome == "passed" and report.when != "call" else str(report.outcome)
