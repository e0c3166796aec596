"""Call sites that disagree on a type become violations of the rule `type-conflict`, in the row of the second one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_customerio.contract.rules import violation
from pytest_customerio.core import redact
from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.results import CONFLICT, Results
from pytest_customerio.reporting.sent_shapes import Conflict

HINT = "send one type: a segment or campaign compares a text with a text, and a number with a number"


# The violation of a request to an operation as the baseline of a run marks it; by the items that draw it together.
Mark = Callable[[Violation, str, Sequence[str]], Violation]


def unmarked(violation: Violation, *_: object) -> Violation:
    """The violation as it is, where there is no baseline."""
    return violation


def add_conflicts(results: Results, mark: Mark = unmarked) -> list[str]:
    """Add the conflicts of a whole run to its results. Returns the allowances that were needed, as they were given."""
    found = results.shapes.conflicts()
    for one in found:
        made = mark(conflict(one), one.other.operation, (one.first.nodeid, one.other.nodeid))
        results.add_violation(one.other.nodeid, one.other.operation, made)
    return [each.given for one in found for each in (one.first, one.other) if each.given]


def conflict(one: Conflict) -> Violation:
    """The violation. It is allowed where it is allowed in the test of one of both call sites."""
    first, other = one.first, one.other
    subject = f" in {redact.word(one.name)}" if one.name else ""
    expected = f"{first.kind}{subject}, as sent from {first.site}"
    made = violation(CONFLICT, other.where, expected, other.kind, HINT, source="")
    return made._replace(sent_from=other.site, allowed=first.reason or other.reason)
