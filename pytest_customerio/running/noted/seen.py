"""What one phase of a test adds to the results of the run, as values that xdist can send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pytest_customerio.reporting.rows import part
from pytest_customerio.running.checked.conclusion import verdicts
from pytest_customerio.running.noted.shapes import Shapes

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.contract.catalog.catalog import Catalog
    from pytest_customerio.running.checked.checked import CheckedTest
    from pytest_customerio.running.noted.details import Details


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
        new = [row.operation for row in rows if row.operation not in self._operations]
        seen = {test.plan.nodeid: looked_at(test)}
        details = self._details.of(test, rows) if self._details is not None else None
        skipped, shapes = unreplayed(test), self._shapes.take()
        applicable = self._applicable(new) if new else {}
        made = part(rows, applicable, looked_at=seen, skipped=skipped, details=details, shapes=shapes)
        made |= drawn(test)
        return made

    def _applicable(self, names: Iterable[str]) -> dict[str, list[str]]:
        """The cases of these operations, which are heard for the first time."""
        self._operations.update(names)
        known = sorted({*names}.intersection(self._catalog.operations))
        return {name: sorted(self._cassettes.applying(name)) for name in known}


def looked_at(test: CheckedTest) -> dict[str, Any]:
    """What was heard of the test: how many `requests`, `calls` of mocks, those `unjudged` by reason, and what it `used`
    if nothing was heard; the `mark` that would let each operation meet the cases of a marked test; with a `key`, what
    is to be known in the next run.
    """
    heard, notes, plan = test.record.heard, test.mocked, test.plan
    of_mocks = notes.counts() if notes is not None else {"calls": 0, "unjudged": {}}
    unsent = notes.answered.total() + notes.not_sent if notes is not None else 0
    used = test.used or (notes.idle if notes is not None else "")
    return {
        **of_mocks,
        "heard": heard or of_mocks["calls"],
        "requests": heard - unsent,
        "used": used if test.elsewhere is tuple else "",  # a sandbox judges what the SDK of the test sends there
        "mark": plan.errors.written("each") * (not plan.errors.each) if plan.errors is not None else None,
        "markable": plan.markable,
        "index": plan.index,
        "key": plan.key,
        "sent": _operations(test) if plan.key else [],
        "gone": test.gone if plan.key else "",
    }


def unreplayed(test: CheckedTest) -> Mapping[str, object]:
    """Why the case of the item was not replayed; empty where it was."""
    if not test.skipped or test.latest is None:
        return {}
    operations, lacking, case = sorted(test.record.tallies), test.latest.replay.schedule.lacking, test.plan.case
    seen = bool(test.latest.replay.observer.attempts)
    reason = f"none of {', '.join(operations)} draws {case}" if seen else test.skipped
    reason = (
        f"the mark names {test.unnamed}, and the test sends {', '.join(operations)} only" if test.unnamed else reason
    )
    reason = f"{case} takes {' or '.join(lacking)}" if lacking else reason
    return {test.plan.nodeid: {"case": case, "reason": reason, "impossible": operations if lacking else []}}


def drawn(test: CheckedTest) -> dict[str, object]:
    """What the test drew of the baseline; empty where the run has none."""
    draws = test.record.draws
    function = test.plan.function or test.plan.nodeid
    return {"drawn": {"function": function, "seen": draws.values()}} if draws is not None else {}


def _operations(test: CheckedTest) -> list[str]:
    """The operations that a test with a `key` sends, in order."""
    sent = dict.fromkeys([*test.plan.sends, *test.record.tallies])
    return [name for name in sent if name not in ("unknown", test.gone)]


def _details(cassettes: Cassettes) -> Details:
    from pytest_customerio.running.noted.details import Details

    return Details(cassettes)
