"""Warnings stand once for each cause."""

from __future__ import annotations

from resulting import WARNING, results, verdict

from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.sentences.warned import warnings

DOUBLE = Violation("double-send", "warning", "", "an id", "sent 3 times after the 429", sent_from="app.py:3 in f")


def test_one_cause_in_several_cases() -> None:
    """The first warning is shown whole; the other cases are named below it."""
    cases = ("429-rate-limited-persists", "429-rate-limited-recovers", "read-timeout-persists", "401-unauthorized")
    found = [verdict("track.event", case, "lost", DOUBLE._replace(got=f"sent {n} times after the {case}"))
             for n, case in enumerate(cases, 2)]  # fmt: skip
    assert warnings(results(*found)) == [
        "",
        "warnings (they fail with --cio-strict):",
        "  track.event 429-rate-limited-persists: expected an id, got sent 2 times after the 429-rate-limited-persists"
        " [double-send] at app.py:3 in f (×4)",
        "    429-rate-limited-recovers, read-timeout-persists and 401-unauthorized: the same",
    ]


def test_distinct_causes_stand_apart() -> None:
    """Another operation, call site or value in the payload is another cause."""
    found = results(
        verdict("track.event", None, None, WARNING, WARNING._replace(where="$.items", got="nothing")),
        verdict("track.identify", None, None, WARNING),
        verdict("track.event", "401-unauthorized", "lost", DOUBLE, DOUBLE._replace(sent_from=None)),
    )
    assert [text.split(":")[0].strip() for text in warnings(found)[2:]] == [
        "track.event $.batch",
        "track.event $.items",
        "track.identify $.batch",
        "track.event 401-unauthorized",
        "track.event 401-unauthorized",
    ]


def test_what_is_allowed_is_no_warning() -> None:
    """Nor is anything in a strict run, where each warning fails its test."""
    assert warnings(results(verdict("track.event", None, None, WARNING._replace(allowed="old")))) == []
    assert warnings(results(verdict("track.event", None, None, WARNING), strict=True)) == []
