"""The verdicts of a run as table and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_customerio.core.model import Outcome, Verdict, Violation
from pytest_customerio.reporting.report import Report, family, payload, write

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
) -> Verdict:
    """One verdict."""
    return Verdict(test, operation, case, outcome, 2, (1.0, 2.0), violations)


def report(*verdicts: Verdict, strict: bool = False) -> Report:
    """A report of these verdicts, with four cases applicable to each track operation."""
    found = Report(strict=strict)
    operations = {one.operation for one in verdicts if one.operation != "unknown"}
    found.add(payload(verdicts, dict.fromkeys(operations, CASES)))
    return found


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
    """Statuses of their own, 5xx together, whatever has no status is the network."""
    assert family(case) == column


def test_the_matrix_has_operations_down_and_families_across() -> None:
    """ok, FAIL, or - where nothing was tried; then the next useful command."""
    shown = report(
        verdict("track.identify", "401-unauthorized", "raised"),
        verdict("track.identify", "429-rate-limited-recovers", "lost", LOST),
        verdict("track.event", None, None, BAD, WARNING),
    ).lines()
    assert shown == [
        "operation       contract  401  429   network",
        "track.event     FAIL      -    -     -",
        "track.identify  ok        ok   FAIL  -",
        "",
        "warnings (they fail with --cio-strict):",
        "  track.event $.batch: expected at least 1 operation, got empty list [batch-empty] at app.py:2 in g",
        "",
        "next: pytest --cio-contract --lf",
    ]


def test_strict_makes_warnings_failures_and_lists_them_no_more() -> None:
    """Each stands in its own red test then."""
    lines = report(verdict("track.event", None, None, WARNING), strict=True).lines()
    assert lines == [
        "operation    contract  401  429  network",
        "track.event  FAIL      -    -    -",
        "",
        "next: pytest --cio-contract --lf",
    ]


def test_many_warnings_are_counted() -> None:
    """Equal ones once with their number, at most ten lines."""
    kinds = [Violation("batch-empty", "warning", f"$.n{n}", "x", "y") for n in range(12)]
    lines = report(verdict("a", None, None, *kinds), verdict("b", None, None, kinds[0]), verdict("c")).lines()
    assert lines[-3:] == [
        "  (and 3 more)",
        "",
        "next: no error was replayed to a, b, c: mark a test that sends it @pytest.mark.cio_errors",
    ]
    again = report(verdict("a", None, None, kinds[0]), verdict("a", None, None, kinds[0], test="t.py::u")).lines()
    assert "  a $.n0: expected x, got y [batch-empty] (×2)" in again


def test_nothing_heard_nothing_said() -> None:
    """Quiet where no request was made."""
    assert Report().lines() == []


def test_all_tried_asks_for_the_report() -> None:
    """When every operation met some error there is no hole to name."""
    assert report(verdict("track.event", "401-unauthorized", "raised")).lines()[-1] == (
        "next: pytest --cio-contract --cio-report=contract.json"
    )


def test_the_document_is_version_1() -> None:
    """The shape that other tools read; renames are not allowed."""
    document = report(verdict("track.event", "401-unauthorized", "raised", BAD)).document()
    assert document == {
        "version": 1,
        "tests": [
            {
                "nodeid": "t.py::t",
                "operation": "track.event",
                "case": "401-unauthorized",
                "outcome": "raised",
                "attempts": 2,
                "waits": [1.0, 2.0],
                "violations": [
                    {
                        "rule": "bad-email",
                        "severity": "error",
                        "where": "$.email",
                        "expected": "an e-mail address",
                        "got": "text of 3 characters",
                        "hint": "",
                        "sent_from": "app.py:1 in f",
                        "source": "",
                        "error": "",
                    }
                ],
            }
        ],
        "coverage": {
            "operations": ["track.event"],
            "cases": ["401-unauthorized"],
            "percent": 25.0,
            "not_tried": {"track.event": CASES[1:]},
        },
    }


def test_a_test_that_runs_again_replaces_its_row() -> None:
    """Reruns and the teardown phase do not count twice."""
    found = report(verdict("track.event", None, None, BAD))
    found.add(payload([verdict("track.event")], {}))
    assert [one["violations"] for one in found.rows] == [[]]


def test_no_operation_no_hole() -> None:
    """Nothing applicable is fully covered."""
    assert report(verdict("unknown")).percent() == 100.0


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while writing leaves the old file and nothing beside it."""
    path = tmp_path / "new" / "report.json"
    write(path, {"version": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"version": 1}
    with pytest.raises(TypeError):
        write(path, {"version": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"version": 1}
    assert [file.name for file in path.parent.iterdir()] == ["report.json"]
