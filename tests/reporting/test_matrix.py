"""The matrix: operations down, families of error cases across."""

from __future__ import annotations

import pytest
from resulting import BAD, LOST, WARNING, results, verdict

from pytest_customerio.reporting.matrix import family, matrix


@pytest.mark.parametrize(
    ("case", "column"),
    [
        ("400-invalid-email", "400"),
        ("500-server-error-persists", "5xx"),
        ("503-unavailable-recovers", "5xx"),
        ("200-not-json", "2xx"),
        ("207-partial-failure", "207"),
        ("301-region-redirect", "3xx"),
        ("connection-reset-recovers", "network"),
    ],
)
def test_a_case_belongs_to_a_family(case: str, column: str) -> None:
    """Some statuses have a column of their own, all 5xx share one, a case without status belongs to the network."""
    assert family(case) == column


def test_the_matrix_has_operations_down_and_families_across() -> None:
    """A cell is ok, FAIL, or - if no case of the family was tried."""
    shown = matrix(
        results(
            verdict("track.identify", "401-unauthorized", "raised"),
            verdict("track.identify", "429-rate-limited-recovers", "lost", LOST),
            verdict("track.event", None, None, BAD, WARNING),
        )
    )
    assert shown == [
        "operation       contract  401  429   network",
        "track.event     FAIL      -    -     -",
        "track.identify  ok        ok   FAIL  -",
    ]


def test_a_warning_fails_in_a_strict_run_only() -> None:
    """In a run that is not strict the cell of a warning is ok."""
    cells = [matrix(results(verdict("track.event", None, None, WARNING), strict=strict))[1] for strict in (True, False)]
    assert cells == ["track.event  FAIL      -    -    -", "track.event  ok        -    -    -"]
