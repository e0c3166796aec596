"""The matrix: operations down, families of error cases across."""

from __future__ import annotations

import pytest
from resulting import BAD, LOST, WARNING, results, verdict

from pytest_customerio.reporting.matrix import family, legend, matrix


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


def test_a_cell_counts_the_call_sites_that_met_an_error_of_the_family() -> None:
    """`ok` alone would hide that nobody knows what the second call site does."""
    met = verdict("track.event", "401-unauthorized", "raised", sites=["a.py:1 in f"], met_at=["a.py:1 in f"])
    lost = verdict("track.event", "429-rate-limited-persists", "lost", LOST, sites=["a.py:1 in f"])
    both = verdict(
        "track.event", "read-timeout-persists", "raised", test="t.py::v", met_at=["a.py:1 in f", "a.py:2 in g"]
    )
    shown = matrix(results(met, lost._replace(met_at=("a.py:2 in g",)), both))
    assert shown == ["operation    contract  401     429       network", "track.event  ok        ok 1/2  FAIL 1/2  ok"]
    assert legend(shown) == "1/2 met at 1 of 2 call sites"


def test_what_is_allowed_is_not_ok() -> None:
    """A violation that is allowed fails nothing; beside one that is not, the cell is FAIL."""
    found = results(
        verdict("track.event", "401-unauthorized", "lost", LOST, BAD),
        verdict("track.identify", "401-unauthorized", "lost", LOST, LOST),
    )
    for row in found.rows:
        row["violations"][0]["allowed"] = "known"
    shown = matrix(found)
    assert shown[1:] == ["track.event     FAIL      allowed  -    -", "track.identify  ok        FAIL     -    -"]
    assert legend(shown) == "- not tried; allowed: broken, and allowed by a mark or the ini"


def test_what_the_baseline_knows_is_not_ok() -> None:
    """It stands above what is allowed, and below what fails."""
    found = results(
        verdict("track.event", "401-unauthorized", "lost", LOST._replace(severity="info")),
        verdict("track.event", None, None, BAD._replace(allowed="old"), test="t.py::u"),
    )
    found.rows[0]["violations"][0]["known"] = "an old one"
    shown = matrix(found)
    assert shown[1:] == ["track.event  allowed   known  -    -"]
    assert legend(shown) == (
        "- not tried; known: broken, and in the baseline; allowed: broken, and allowed by a mark or the ini"
    )


def test_cells_that_explain_themselves_have_no_legend() -> None:
    """ok and FAIL are plain."""
    assert legend(["operation  contract", "track.event  ok"]) == ""
