"""The suffix of a report file decides its kind."""

from __future__ import annotations

from pathlib import Path

from resulting import BAD, results, verdict
from sarif import validate

from pytest_customerio.reporting.kinds import document


def test_each_suffix() -> None:
    """`.sarif` is SARIF, `.json` our own report."""
    found = results(verdict("track.event", None, None, BAD))
    assert document(Path("x.JSON"), found)["version"] == 1
    log = document(Path("x.SARIF"), found)
    validate(log)
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["bad-email"]
