"""A thread that could run, but gets no processor, is told from one that waits: on Linux."""

from __future__ import annotations

import sys
import threading
import zlib
from collections.abc import Callable

import pytest

from pytest_customerio.process.clock import runnable

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


def _beside(run: Callable[[threading.Event], object], see: Callable[[], object]) -> object:
    """What is seen while a thread runs a function."""
    over, runs = threading.Event(), threading.Event()

    def begin() -> None:
        runs.set()
        run(over)

    thread = threading.Thread(target=begin)
    thread.start()
    runs.wait()
    try:
        return see()
    finally:
        over.set()
        thread.join()


def _compresses(over: threading.Event) -> None:
    """Work that holds no lock of Python's."""
    data = bytes(1 << 24)
    while not over.is_set():
        zlib.compress(data)


def _until(wanted: bool) -> bool:
    """Look until it is so; a thread needs a moment to begin."""
    while runnable.any_runnable() is not wanted:
        threading.Event().wait(0.001)
    return wanted


@LINUX
def test_a_thread_that_works_is_runnable() -> None:
    """A thread that computes is runnable, and one that waits for it is not, nor is the thread that asks."""
    assert _beside(_compresses, lambda: _until(True)) is True
    assert _beside(threading.Event.wait, lambda: _until(False)) is False


def test_elsewhere_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this file system, or for a thread that has ended, no thread counts as runnable."""
    assert runnable._state(None) == b""
    monkeypatch.setattr(runnable, "_readlink", lambda path: runnable._open(path + "/none", 0))
    assert runnable._own() == 0
    monkeypatch.setattr(sys, "platform", "win32")
    assert runnable.any_runnable() is False
