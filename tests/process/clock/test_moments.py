"""The rest of a timeout is right in virtual time, in real time, and from the one to the other."""

from __future__ import annotations

import pytest

from pytest_customerio.process.clock.moments import Moment


@pytest.mark.parametrize(
    ("end", "now", "left"),
    [
        (Moment(100.0, 3600.0) + 5, Moment(102.0, 3600.0), 3.0),
        (Moment(100.0, 3600.0) + 5, Moment(100.5, 3604.0), 0.5),
        (Moment(100.0, 3600.0) + 5, 103.0, 2.0),
        (105.0, Moment(101.0, 3600.0), 4.0),
    ],
    ids=["both", "jumped", "the clock stopped", "the clock began"],
)
def test_what_is_left_of_a_timeout(end, now, left):
    """What was jumped over counts only between two moments of virtual time."""
    assert end - now == pytest.approx(left)
    assert type(end - now) is float
