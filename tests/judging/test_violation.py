"""Violations of a rule of error handling."""

from __future__ import annotations

import pytest
from observed import RATE

from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.violation import fails, seconds, violation


def test_what_rests_on_hidden_waits_is_a_warning() -> None:
    """The text says why the waits are hidden; other violations are not concerned."""
    seen = Observation(RATE, hidden_waits="the test replaced sleep", sent_from="app.py:1 in f")
    timed = violation(seen, "no-backoff", "waits", "none", "wait", timed=True)
    assert (timed.severity, timed.got) == ("warning", "none, as far as seen: the test replaced sleep")
    other = violation(seen, "outcome", "x", "y", "z")
    assert (other.severity, other.got, other.sent_from, other.source) == ("error", "y", "app.py:1 in f", "documented")


@pytest.mark.parametrize(
    ("severity", "strict", "expected"),
    [("error", False, True), ("warning", False, False), ("warning", True, True), ("info", True, False)],
)
def test_what_fails_a_test(severity: str, *, strict: bool, expected: bool) -> None:
    """An error fails, a warning only in a strict run, an info never."""
    assert fails(severity, strict=strict) is expected


def test_seconds_are_short():
    """Two significant digits are shown, none after the point from ten seconds on."""
    assert [seconds(value) for value in (0.123, 2.0, 59.6)] == ["0.12 s", "2 s", "60 s"]
