"""Properties of a test in JUnit XML."""

from __future__ import annotations

from resulting import BAD, LOST, verdict

from pytest_customerio.reporting.formats.junit import properties


def test_a_test_has_what_it_sent_and_what_became_of_it() -> None:
    """A test that sent several operations has all of them in one value; what is allowed stands by itself."""
    allowed = BAD._replace(rule="event-name-too-long", allowed="old")
    rows = [
        verdict("track.identify", None, None, BAD),
        verdict("track.event", "401-unauthorized", "lost", LOST, allowed),
        verdict("track.event", "429-rate-limited-persists", "lost", LOST),
    ]
    assert properties(rows) == [
        ("cio_operation", "track.identify, track.event"),
        ("cio_case", "401-unauthorized, 429-rate-limited-persists"),
        ("cio_outcome", "lost"),
        ("cio_attempts", "2"),
        ("cio_violations", "bad-email, outcome"),
        ("cio_allowed", "event-name-too-long"),
    ]


def test_what_has_no_value_is_left_out() -> None:
    """A test that sent nothing has no property, one without a case has no outcome, and info is no violation."""
    assert properties([]) == []
    assert properties([verdict("track.event", None, None, BAD._replace(severity="info"))]) == [
        ("cio_operation", "track.event")
    ]
