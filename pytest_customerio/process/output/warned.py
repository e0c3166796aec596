"""Lets a warning of a library name the line that it would name without our functions in between.

A library that warns of a deprecated argument counts the frames from its own function to the caller's
(`warnings.warn(…, stacklevel=2)`). A function of ours that calls the library's would be taken for the caller.
"""

from __future__ import annotations

import sys
import warnings
from types import FrameType, ModuleType
from typing import Any

from pytest_customerio.process.parts import Library, Part
from pytest_customerio.process.patching import Patches

_OURS = "pytest_customerio."


class Warnings(ModuleType):
    """The module `warnings` in the namespace of a library; all but `warn` is that of the module itself."""

    def __init__(self) -> None:
        super().__init__(warnings.__name__, warnings.__doc__)

    def __getattr__(self, name: str) -> Any:
        return getattr(warnings, name)

    def warn(self, message: Any, category: Any = None, stacklevel: int = 1, source: Any = None, **options: Any) -> None:
        """Warn, with frames of ours not counted."""
        counted = stacklevel + _ours(sys._getframe(1), stacklevel) + 1
        warnings.warn(message, category, counted, source, **options)


def correct(patches: Patches, part: Part) -> None:
    """Have the module, whose global `warnings` is this part, count without frames of ours."""
    found = part.find()
    if found is not None:
        patches.put(*found, Warnings())


def counting(library: Library, module: str) -> Part:
    """The part that `correct` takes: a module that warns of what its caller does, beneath functions of ours."""
    without = "its warnings name a line of ours in the place of the application's"
    return Part(library, module, "warnings", "its warnings name the caller's line", without, optional=True)


def _ours(frame: FrameType | None, levels: int) -> int:
    """How many frames of ours stand among this many others, the first of which is this one."""
    ours = 0
    while frame is not None and levels > 1:
        frame = frame.f_back
        if frame is not None and str(frame.f_globals.get("__name__")).startswith(_OURS):
            ours += 1
        else:
            levels -= 1
    return ours
