"""The rate limits."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.answering.rate_limits import RateLimits, bucket


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("app.find_by_email", "app"),
        ("app.send_push", "app.send"),
        ("app.trigger_broadcast", "app.trigger_broadcast"),
        ("track.event", "track"),
        ("track_v2.batch", "track"),
        ("pipelines.batch", "pipelines"),
    ],
)
def test_buckets(operation: str, name: str) -> None:
    """Both versions of Track share a bucket; sends and broadcasts have their own."""
    assert bucket(operation) == name


def test_the_window_slides() -> None:
    """Ten calls in any one second are allowed; a refused call is not counted."""
    limits = RateLimits()
    assert [limits.exceeded("app.get_segment", at / 10) for at in range(10)] == [0.0] * 10
    assert limits.exceeded("app.get_segment", 0.95) == pytest.approx(0.05)
    assert limits.exceeded("app.get_segment", 1.0) == 0.0
    assert limits.exceeded("app.get_segment", 1.05) == pytest.approx(0.05)
