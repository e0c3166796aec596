"""Notices that a test passed a function of its own where the application would sleep, or ask for the time: its waits
cannot be seen.
"""

from __future__ import annotations

from collections.abc import Collection
from types import CodeType, FrameType
from typing import Any

from pytest_customerio.process.clock.holders import has_default, holders, is_project_module

# From an object that a function knows to the policy that this object holds, and what that one holds.
DEPTH = 3


def passes_its_own(frame: FrameType | None, usual: Collection[int]) -> bool:
    """Whether a function that runs here, or an object that it knows, was given something else than the function of
    `time` that is the default of its parameter; `usual` are these functions, by their `id`.
    """
    codes = {one.__code__ for one in holders().functions if has_default(one, usual)}
    while codes and frame is not None:
        if is_project_module(frame.f_globals.get("__name__")):
            known = list(frame.f_locals.values())
            if frame.f_code in codes and not _holds(known, usual):
                return True
            if any(_was_given_another(one, codes, usual, DEPTH) for one in known):
                return True
        frame = frame.f_back
    return False


def _was_given_another(value: Any, codes: Collection[CodeType], usual: Collection[int], depth: int) -> bool:
    kind = type(value)
    if not depth or not is_project_module(kind.__module__):
        return False
    try:
        held = list(object.__getattribute__(value, "__dict__").values())
    except AttributeError:  # it has slots
        return False
    if getattr(kind.__init__, "__code__", None) in codes and not _holds(held, usual):
        return True
    return any(_was_given_another(one, codes, usual, depth - 1) for one in held)


def _holds(values: list[Any], usual: Collection[int]) -> bool:
    return any(id(one) in usual for one in values)
