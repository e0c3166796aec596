"""What was reported of a test."""

from __future__ import annotations

from pytest_customerio.core.model import Violation
from pytest_customerio.judging.ledger import Occurrence
from pytest_customerio.running.checked.reported import Reported, Unreported, key_of


def test_reported_is_changed_by_one_method() -> None:
    """The keys of violations, and how many judgements and refusals."""
    reported = Reported()
    occurrence = Occurrence(Violation("bad-email", "error", "$.email", "a", "b", sent_from="app.py:1 in f"), None)  # type: ignore[arg-type]
    for _ in range(2):
        reported.add(Unreported((occurrence,), (None,), ("refused", "refused")))  # type: ignore[arg-type]
    assert key_of(occurrence) == ("bad-email", "$.email", "app.py:1 in f")
    assert reported == Reported({key_of(occurrence)}, 2, 4)
