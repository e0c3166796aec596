"""Takes what tests found, in the process that prints: from their reports, and from workers of pytest-xdist that end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_customerio.running import xdist
from pytest_customerio.running.allowances import NEEDED
from pytest_customerio.running.blocks import Blocks
from pytest_customerio.running.mistakes import Mistakes
from pytest_customerio.running.planning.marks import Marks
from pytest_customerio.running.run.ending import Ending
from pytest_customerio.running.run.notes import Notes

if TYPE_CHECKING:
    from pytest_customerio.reporting.results import Results
    from pytest_customerio.running.run.baseline import Baseline

# What the report of a test has where it was checked, maybe by a worker of pytest-xdist.
CARRIED = frozenset({"cio", "cio_allowances", "cio_cause", "cio_compared", "cio_ended", "cio_headline", "cio_recorded"})


@dataclass(frozen=True)
class Received:
    """Hands what tests found to the parts of their run. A worker sends its reports on, and shortens none."""

    results: Results
    notes: Notes
    ending: Ending
    mistakes: Mistakes
    blocks: Blocks
    baseline: Baseline | None
    is_worker: bool

    def report(self, report: Any) -> None:
        """Take what one phase of a test found and ended with; shorten the report before others show it."""
        outcome, carried = outcome_of(report), vars(report)
        if outcome:
            self.results.add_outcome(report.nodeid, outcome)
        if not CARRIED.isdisjoint(carried):
            self._take(report, outcome, carried)

    def late(self, late: Iterable[Mapping[str, Any]]) -> None:
        """Take the requests that left after their test was over, in this process or in a worker."""
        for one in late:
            self.results.add_late(one)
            if self.baseline is not None:
                self.baseline.add(one)
            self.ending.late_fails = self.ending.late_fails or bool(one["fails"])
            self.notes.allowances.add(dict.fromkeys(one.get("needed", ()), NEEDED))

    def worker(self, output: Mapping[str, Any]) -> None:
        """Take what a worker sent when it ended."""
        if mistake := output.get(xdist.MISTAKE):
            self.mistakes.fail(mistake)
        self.late(output.get(xdist.LATE, ()))
        if marks := output.get(xdist.MARKS):
            self.notes.marks = Marks(*marks)
        if (values := output.get(xdist.BASELINE)) and self.baseline is not None:
            self.baseline.take(values)
        if output.get(xdist.SANDBOX):
            self.ending.uses_sandbox = True

    def _take(self, report: Any, outcome: str, carried: Mapping[str, Any]) -> None:
        """Take what the report carries besides the outcome of the phase."""
        if "cio_cause" in carried and not self.is_worker:
            self.blocks.receive(report)
        if said := carried.get("cio_allowances"):
            self.notes.allowances.add(said)
        if recorded := carried.get("cio_recorded"):
            self.results.add_recorded(*recorded)
        if compared := carried.get("cio_compared"):
            self.results.add_compared(*compared)
        if verdicts := carried.get("cio"):
            self.results.add(verdicts)
            if self.baseline is not None:
                self.baseline.add(verdicts)
        if outcome != "rerun" and (headline := carried.get("cio_headline")):
            self.results.headlines[report.nodeid] = headline
        if (ended := carried.get("cio_ended")) and self.baseline is not None:
            self.baseline.note(report.nodeid, ended[0], ended=ended[1])


def outcome_of(report: Any) -> str:
    """What pytest says of a test in one phase, in the words of its terminal.

    passed, failed, error, skipped, xfailed, xpassed or rerun; empty where a phase passed that is no call.
    """
    if report.outcome == "failed":
        return "error" if report.when in ("setup", "teardown") else "failed"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.outcome == "skipped" else "xpassed"
    return "" if report.outcome == "passed" and report.when != "call" else str(report.outcome)
