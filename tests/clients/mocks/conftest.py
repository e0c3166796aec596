"""Everything is tapped, and mocks are listened to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hearing_mocks import Listening, Traffic, imported

from pytest_customerio.clients import registry


@pytest.fixture
def heard() -> Iterator[Listening]:
    """The listener, and the notes of the test."""
    traffic = Traffic()
    uninstall = registry.install(traffic)
    listening = Listening(traffic)
    stop = listening.listener.install(imported())
    yield listening
    stop()
    uninstall()
    assert traffic.attempts == []  # nothing was answered, for nothing was sent
