"""What JSON Schema cannot say about a request: one small named check per fact."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_customerio.core.model import Severity


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken at one place, before the vocabulary of rules gives it its severity.

    `severity` is set only where it is not the rule's own; an inferred breach is a warning.
    """

    rule: str
    where: str
    expected: str
    got: str
    hint: str = ""
    error: str = ""
    source: str = "documented"
    severity: Severity | None = None
