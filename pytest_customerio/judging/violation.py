"""Makes a `Violation` of a rule of error handling, and says which violations fail a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_customerio.core.model import Severity, Violation

if TYPE_CHECKING:
    from pytest_customerio.core.observation import Observation


def violation(
    observation: Observation,
    rule: str,
    expected: str,
    got: str,
    hint: str,
    *,
    timed: bool = False,
    severity: Severity = "error",
) -> Violation:
    """A violation of a rule in this case. With `timed` it rests on waits: a warning where the waits could not be
    observed.
    """
    if timed and observation.hidden_waits:
        severity, got = "warning", f"{got}, as far as seen: {observation.hidden_waits}"
    source = observation.case.provenance.source
    return Violation(rule, severity, "", expected, got, hint, observation.sent_from, source)


def fails(severity: str, *, strict: bool, excused: bool = False) -> bool:
    """Whether a violation fails its test: an error always, a warning in a strict run, and neither if it is excused."""
    return not excused and (severity == "error" or (severity == "warning" and strict))


def seconds(value: float) -> str:
    """A span of time, as shown to people."""
    return f"{value:.0f} s" if value >= 10 else f"{value:.2g} s"
