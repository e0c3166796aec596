"""The frames of all threads are read without collecting garbage, and functions are known by their code."""

from __future__ import annotations

import functools
import gc
import sys
import threading
from collections.abc import Iterator
from types import FrameType, ModuleType

import pytest

from pytest_customerio.process.ownership.frames import Functions, current_frames
from pytest_customerio.process.parts import PYTHON, Part


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    yield
    gc.enable()


def test_every_thread_is_there() -> None:
    """Each thread is there by its identifier, with its frame."""
    assert threading.get_ident() in current_frames()
    assert set(current_frames()) == set(sys._current_frames())


@pytest.mark.parametrize("collects", [True, False])
def test_nothing_is_collected_meanwhile(monkeypatch: pytest.MonkeyPatch, *, collects: bool) -> None:
    """While frames are read the garbage collector is off; afterwards it is on or off as before."""
    seen: list[bool] = []
    monkeypatch.setattr(sys, "_current_frames", lambda: seen.append(gc.isenabled()) or {})
    (gc.enable if collects else gc.disable)()
    assert current_frames() == {}
    assert (seen, gc.isenabled()) == ([False], collects)


def test_afterwards_as_before_where_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error, garbage is collected again."""
    monkeypatch.setattr(sys, "_current_frames", lambda: {}[0])
    with pytest.raises(KeyError):
        current_frames()
    assert gc.isenabled()
    monkeypatch.undo()
    assert current_frames()


def run() -> FrameType:
    """The frame of a function of ours."""
    return sys._getframe()


def part(path: str, module: str = "functions_of_frames") -> Part:
    return Part(PYTHON, module, path, "", "", recognised=True)


def test_functions_of_other_libraries_are_known_once_they_are_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function becomes known at the first look after its module was imported, also where a wrapper stands above it."""
    functions = Functions({part("run"): "runs", part("missing"): "never", part("count"): "in C"})
    frame = run()
    assert functions.get(frame) is None
    library = ModuleType("functions_of_frames")
    monkeypatch.setitem(sys.modules, library.__name__, library)
    library.run, library.count = functools.wraps(run)(lambda: None), len  # type: ignore[attr-defined]
    assert functions.get(frame) == "runs"
    assert functions.get(sys._getframe()) is None
    assert functions.get(None) is None
    assert [one.path for one in functions.parts] == ["run", "missing", "count"]


def test_functions_of_our_own_can_be_added() -> None:
    """A function of ours is known at once; one that was not written in Python has no code, and is not known."""
    functions: Functions[str] = Functions({})
    functions.add(run, meaning="runs")
    assert functions.get(run()) == "runs"
    with pytest.raises(AssertionError, match="has no code object"):
        functions.add(len, meaning="in C")
