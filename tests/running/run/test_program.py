"""Whether pytest is the program of a process."""

from __future__ import annotations

import sys
from types import FrameType

from pytest_customerio.running.run import program
from pytest_customerio.running.run.program import is_program

FRAME = "import sys\ndef here(): return sys._getframe()\ndef call(function): return function()"


def _frame_of(module: str, call: str = "here()") -> FrameType:
    """A frame of a function in a module of this name, which this test calls."""
    names = {"__name__": module}
    exec(FRAME, names)
    return eval(call, names)


def test_a_test_that_runs_pytest_is_no_program() -> None:
    """Above this test stands pytest, but the test is between."""
    assert not is_program(sys._getframe())
    assert not is_program(_frame_of("_pytest.config"))


def test_without_a_frame() -> None:
    """A function that nothing calls belongs to no program."""
    assert not is_program(None)


def test_a_worker_of_xdist_is_one() -> None:
    """execnet runs the worker's module under a name of its own."""
    assert is_program(_frame_of("__channelexec__"))


def test_the_function_behind_the_command_is_one(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """pytest's own function, found by its code, with pytest's frames above it."""
    frame = _frame_of("_pytest.config")
    assert program._PROGRAMS
    monkeypatch.setattr(program, "_PROGRAMS", {frame.f_code})
    assert is_program(frame)
