"""Threads that other tests left, which must not move the clock of a test."""

from __future__ import annotations

import threading

import pytest

from pytest_customerio.process.clock.virtual import Clock


@pytest.fixture(autouse=True)
def own_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only threads of this test wait in virtual time, as in a session.

    Consumers of the Pipelines SDK, which other tests left, wait half a second again and again: each wait would move the
    clock on, so that a wait of an hour takes minutes.
    """
    left = set(threading.enumerate()) - {threading.current_thread()}
    serves = lambda: threading.current_thread() not in left  # noqa: E731
    monkeypatch.setattr(Clock.__init__, "__defaults__", (serves, threading.current_thread))
