"""Knows whether pytest is the program of this process, or a library that the program calls."""

from __future__ import annotations

from types import FrameType

from _pytest import config

# What runs pytest as a program: pytest 8.4 to 9.0 has the first function, later ones the second too.
_PROGRAMS = {getattr(config, name).__code__ for name in ("console_main", "_console_main") if hasattr(config, name)}
_OURS = ("_pytest.", "pluggy.", "pytest_customerio.")
# The name of the module that execnet runs in a worker of pytest-xdist.
_WORKER = "__channelexec__"


def is_program(frame: FrameType | None) -> bool:
    """Whether the process does nothing but run pytest: it was started as `pytest`, or by pytest-xdist.

    A program that calls `pytest.main()` goes on afterwards, and so does a test that runs pytest.
    """
    while frame is not None and frame.f_code not in _PROGRAMS:
        name = str(frame.f_globals.get("__name__"))
        if not name.startswith(_OURS):
            return name == _WORKER
        frame = frame.f_back
    return frame is not None
