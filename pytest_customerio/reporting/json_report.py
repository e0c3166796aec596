"""The JSON report of a run, version 1: other tools read it, so members are added but never renamed."""

from __future__ import annotations

from typing import Any

from pytest_customerio.reporting.results import Results

VERSION = 1


def document(results: Results) -> dict[str, Any]:
    """The report as JSON values."""
    coverage = {
        "operations": results.operations,
        "cases": sorted({one["case"] for one in results.rows if one["case"]}),
        "percent": results.percent(),
        "not_tried": {name: missing for name, missing in results.untried().items() if missing},
    }
    return {"version": VERSION, "tests": results.rows, "coverage": coverage}
