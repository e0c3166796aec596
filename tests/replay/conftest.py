"""What the tests of this folder share."""

from __future__ import annotations

import pytest
from replaying import Sender


@pytest.fixture
def sender():
    """Make senders whose replays are entered, and end with the test."""
    made = []

    def make(*args, **kwargs):
        made.append(Sender(*args, **kwargs))
        made[-1].replay.__enter__()
        return made[-1]

    yield make
    for one in made:
        one.replay.leave(None)
