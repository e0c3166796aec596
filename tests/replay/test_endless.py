"""An application that retries without end is stopped."""

from __future__ import annotations

import pytest

from pytest_customerio.replay.endless import STOP_AFTER, STOP_ALIKE_AFTER, GaveUp, stop_endless


def test_the_fifty_first_attempt_is_stopped() -> None:
    """Fifty attempts of one request are let through; the exception names operation and number."""
    stop_endless("track.identify", STOP_AFTER)
    with pytest.raises(GaveUp) as stopped:
        stop_endless("track.identify", STOP_AFTER + 1)
    assert str(stopped.value) == "track.identify: stopped after 51 attempts of one request"


def test_requests_with_other_ids_are_stopped_later() -> None:
    """A loop may send hundreds of events that differ in their ids only."""
    stop_endless("track.event", 1, STOP_ALIKE_AFTER)
    with pytest.raises(GaveUp, match="501 attempts"):
        stop_endless("track.event", 1, STOP_ALIKE_AFTER + 1)


def test_the_application_cannot_catch_it() -> None:
    """`except Exception` does not catch `GaveUp`."""
    assert not issubclass(GaveUp, Exception)
