"""A warning names the line that it would name without functions of ours between a library and its caller."""

from __future__ import annotations

import functools
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from pytest_customerio.process.output.warned import Warnings, correct, counting
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches


def _module(name: str, source: str, **known: Any) -> dict[str, Any]:
    scope = {"__name__": name, **known}
    # Coverage would look for a file with the name of a module of ours.
    file = f"<{name}>" if name.startswith("pytest_customerio") else f"{name}.py"
    exec(compile(source, file, "exec"), scope)
    return scope


def _warned(frames: str, *, stacklevel: int = 2, stand_in: bool = True) -> str:
    """The file that a warning names which is raised at the end of these frames: the library's own is the last one."""
    library = Warnings() if stand_in else warnings
    source = "def call(then): then()"
    last = "def warn(): warnings.warn('old', DeprecationWarning, level)"
    run: Callable[[], None] = _module("library", last, warnings=library, level=stacklevel)["warn"]
    for name in reversed(frames.split()):
        run = functools.partial(_module(name, source)["call"], run)  # a partial has no frame
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run()
    return found[0].filename


@pytest.mark.parametrize(
    ("frames", "stacklevel", "expected"),
    [
        ("app", 2, "app.py"),
        ("app pytest_customerio.clients.x", 2, "app.py"),
        ("app pytest_customerio.clients.x pytest_customerio.process.y", 2, "app.py"),
        ("app pytest_customerio.clients.x other", 3, "app.py"),
        ("app other pytest_customerio.clients.x", 2, "other.py"),
        ("app pytest_customerio.clients.x", 1, "library.py"),
    ],
)
def test_frames_of_ours_do_not_count(frames: str, stacklevel: int, expected: str) -> None:
    """The frame is the one that is as many others away as the library says."""
    assert _warned(frames, stacklevel=stacklevel) == expected
    ours = [name for name in frames.split() if not name.startswith("pytest_customerio")]
    assert _warned(" ".join(ours), stacklevel=stacklevel, stand_in=False) == expected


def test_more_levels_than_frames() -> None:
    """It is named as Python names it."""
    assert _warned("app", stacklevel=500) == _warned("app", stacklevel=500, stand_in=False)


def test_the_module_is_as_it_was_else() -> None:
    """Everything else is that of `warnings` itself; it is put back afterwards."""
    module = types.SimpleNamespace(warnings=warnings)
    part = Part(PYTHON, "library", "warnings", "", "")
    patches = Patches()
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "library", module)
        correct(patches, part)
        assert module.warnings is not warnings
        assert module.warnings.catch_warnings is warnings.catch_warnings
        patches.undo()
        assert module.warnings is warnings
        correct(patches, counting(PYTHON, "no_such_library"))
