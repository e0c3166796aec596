"""Where threads stand is asked without collecting garbage: on Python 3.11 that deadlocks now and then."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from pytest_customerio.process.frames import current_frames


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    yield
    gc.enable()


def test_every_thread_is_there() -> None:
    """By its identifier, with the frame in which it stands."""
    assert threading.get_ident() in current_frames()
    assert set(current_frames()) == set(sys._current_frames())


@pytest.mark.parametrize("collects", [True, False])
def test_nothing_is_collected_meanwhile(monkeypatch: pytest.MonkeyPatch, *, collects: bool) -> None:
    """And afterwards as before."""
    seen: list[bool] = []
    monkeypatch.setattr(sys, "_current_frames", lambda: seen.append(gc.isenabled()) or {})
    (gc.enable if collects else gc.disable)()
    assert current_frames() == {}
    assert (seen, gc.isenabled()) == ([False], collects)


def test_afterwards_as_before_where_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of memory, say."""
    monkeypatch.setattr(sys, "_current_frames", lambda: {}[0])
    with pytest.raises(KeyError):
        current_frames()
    assert gc.isenabled()
    monkeypatch.undo()
    assert current_frames()
