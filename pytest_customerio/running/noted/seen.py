"""What one phase of a test adds to the results of the run, as values that xdist can send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_customerio.reporting.rows import part
from pytest_customerio.running.noted.shapes import Shapes
from pytest_customerio.running.test.conclusion import verdicts

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.contract.catalog.catalog import Catalog
    from pytest_customerio.running.noted.details import Details
    from pytest_customerio.running.test.test import CheckedTest


class PhaseResults:
    """Makes what the tests of a session add to the results; the cases of each operation are added once.

    `detailed` says that a report of the run shows more than the rows; `note` takes what that needs of a request.
    """

    def __init__(self, catalog: Catalog, cassettes: Cassettes, shapes: Shapes, *, detailed: bool) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._shapes = shapes
        self._details = _details(cassettes) if detailed else None
        self.note = self._details.note if self._details is not None else None
        self._operations: set[str] = set()

    def of(self, test: CheckedTest) -> dict[str, Any]:
        """What the test adds now; its rows replace those that an earlier phase added."""
        rows = verdicts(test)
        new = {row.operation for row in rows}.difference(self._operations).intersection(self._catalog.operations)
        applicable = {name: sorted(self._cassettes.applying(name)) for name in sorted(new)}
        self._operations |= new
        seen = {test.plan.nodeid: looked_at(test)}
        details = self._details.of(test, rows) if self._details is not None else None
        skipped, shapes = unreplayed(test), self._shapes.take()
        made = part(rows, applicable, looked_at=seen, skipped=skipped, details=details, shapes=shapes)
        return {**made, **drawn(test)}


def looked_at(test: CheckedTest) -> dict[str, Any]:
    """What was heard of the test: how many `requests`, `calls` of mocks, those `unjudged` by reason, and what it `used`
    if nothing was heard; the `mark` that would let each operation meet the cases of a marked test; with a `key`, what
    is to be known in the next run.
    """
    heard, notes, plan = test.record.heard, test.mocked, test.plan
    counts = notes.counts() if notes is not None else {"calls": 0, "unjudged": {}}
    unsent = notes.answered.total() + notes.not_sent if notes is not None else 0
    used = test.used or (notes.idle if notes is not None else "")
    if test.elsewhere is not tuple:
        used = ""  # the test has a sandbox, which judges what the SDK sends there
    mark = plan.errors.written("each") * (not plan.errors.each) if plan.errors is not None else None
    seen = {**counts, "heard": heard or counts["calls"], "requests": heard - unsent, "used": used, "mark": mark}
    seen |= {"markable": plan.markable, "index": plan.index}
    return {**seen, "key": plan.key, "sent": _operations(test), "gone": test.gone}


def unreplayed(test: CheckedTest) -> Mapping[str, object]:
    """Why the case of the item was not replayed; empty where it was."""
    if not test.skipped or test.latest is None:
        return {}
    operations, lacking, case = sorted(test.record.tallies), test.latest.replay.schedule.lacking, test.plan.case
    seen = bool(test.latest.replay.observer.attempts)
    reason = f"none of {', '.join(operations)} draws {case}" if seen else test.skipped
    reason = f"{case} takes {' or '.join(lacking)}" if lacking else reason
    return {test.plan.nodeid: {"case": case, "reason": reason, "impossible": operations if lacking else []}}


def drawn(test: CheckedTest) -> dict[str, object]:
    """What the test drew of the baseline; empty where the run has none."""
    draws = test.record.draws
    function = test.plan.function or test.plan.nodeid
    return {"drawn": {"function": function, "seen": draws.values()}} if draws is not None else {}


def _operations(test: CheckedTest) -> list[str]:
    """The operations that a test with a `key` sends, in order."""
    sent = dict.fromkeys([*test.plan.sends, *test.record.tallies]) if test.plan.key else ()
    return [name for name in sent if name not in ("unknown", test.gone)]


def _details(cassettes: Cassettes) -> Details:
    from pytest_customerio.running.noted.details import Details

    return Details(cassettes)
