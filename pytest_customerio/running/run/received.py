"""Takes what the reports of tests carry, in the process that prints; pytest-xdist runs the tests in other processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_customerio.running.run import xdist

if TYPE_CHECKING:
    from pytest_customerio.running.run.run import Run

# What the report of a test has where it was checked, maybe by a worker of pytest-xdist.
CARRIED = frozenset({"cio", "cio_allowances", "cio_cause", "cio_compared", "cio_ended", "cio_headline", "cio_recorded"})


def receive(run: Run, report: Any) -> None:
    """Add what one phase of a test found and ended with; shorten the report before others show it."""
    outcome, carried = outcome_of(report), vars(report)
    if outcome:
        run.results.add_outcome(report.nodeid, outcome)
    if not CARRIED.isdisjoint(carried):
        _take(run, report, outcome, carried)


def _take(run: Run, report: Any, outcome: str, carried: Mapping[str, Any]) -> None:
    """Take what the report carries besides the outcome of the phase."""
    if "cio_cause" in carried and not xdist.is_worker(run.config):
        run.blocks.receive(report)
    if said := carried.get("cio_allowances"):
        run.notes.allowances.add(said)
    if recorded := carried.get("cio_recorded"):
        run.results.add_recorded(*recorded)
    if compared := carried.get("cio_compared"):
        run.results.add_compared(*compared)
    if verdicts := carried.get("cio"):
        run.add(verdicts)
    if outcome != "rerun" and (headline := carried.get("cio_headline")):
        run.results.headlines[report.nodeid] = headline
    if (ended := carried.get("cio_ended")) and run.baseline is not None:
        run.baseline.note(report.nodeid, ended[0], ended=ended[1])


def outcome_of(report: Any) -> str:
    """What pytest says of a test in one phase, in the words of its terminal.

    passed, failed, error, skipped, xfailed, xpassed or rerun; empty where a phase passed that is no call.
    """
    if report.outcome == "failed":
        return "error" if report.when in ("setup", "teardown") else "failed"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.outcome == "skipped" else "xpassed"
    return "" if report.outcome == "passed" and report.when != "call" else str(report.outcome)
