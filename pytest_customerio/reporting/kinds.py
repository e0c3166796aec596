"""The kinds of report files: the suffix of a file says which one it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_customerio.reporting import json_report
from pytest_customerio.reporting.results import Results


def document(path: Path, results: Results) -> dict[str, Any]:
    """What is written into this file."""
    if path.suffix.lower() == ".sarif":
        from pytest_customerio.reporting import alerts, sarif

        return sarif.log(alerts.of_results(results))
    return json_report.document(results)
