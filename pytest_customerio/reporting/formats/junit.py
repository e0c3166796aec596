"""The properties that pytest's JUnit XML has of a test: what it sent, in which case, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_customerio.core.model import Verdict


def properties(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """Name and value of each property that has a value. A test that sent several operations has them in one value."""
    violations = [each for one in verdicts for each in one.violations if each.severity != "info"]
    met = [one for one in verdicts if one.case is not None]
    found = {
        "cio_operation": (one.operation for one in verdicts),
        "cio_case": (one.case or "" for one in met),
        "cio_outcome": (one.outcome or "" for one in met),
        "cio_attempts": (str(one.attempts) for one in met),
        "cio_violations": (each.rule for each in violations if not each.allowed),
        "cio_allowed": (each.rule for each in violations if each.allowed),
    }
    return [(name, text) for name, values in found.items() if (text := _joined(values))]


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, values)))
