"""Reads the frames of all threads, and what it means that a frame runs a certain function."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Generic, TypeVar

from pytest_customerio.process.parts import Part
from pytest_customerio.process.recognition import code_of

M = TypeVar("M")

# `current_frames` switches the garbage collector off and on again: a second thread that does so at the same time would
# leave it off.
_LOOKING = threading.Lock()
# The number of calls between `other_frames` and the one that reads the frames, at most.
_DEPTH = 8
# Namespaces of modules of ours whose functions call, in a thread that waits, the function that waits.
_THROUGH: list[Mapping[str, object]] = []


def look_through(namespace: Mapping[str, object]) -> None:
    """Overlook the functions of this module where they are the innermost ones of a thread; give its `globals()`."""
    _THROUGH.append(namespace)


def caller_of_ours(frame: FrameType) -> FrameType:
    """The innermost frame that is not one of ours: where a thread stands as the application sees it."""
    while frame.f_back is not None and any(frame.f_globals is namespace for namespace in _THROUGH):
        frame = frame.f_back
    return frame


def current_frames() -> dict[int, FrameType]:
    """`sys._current_frames()`, by thread, without collecting garbage meanwhile.

    On Python 3.11 a collection in the midst of it deadlocks with a thread that begins or ends (python/cpython#106883).
    """
    with _LOOKING:
        collects = gc.isenabled()
        gc.disable()
        try:
            return sys._current_frames()
        finally:
            if collects:
                gc.enable()


def other_frames() -> list[FrameType]:
    """The frames of all threads but the calling one.

    The calling one is known by its frame: where gevent has replaced threads, `get_ident` is the number of a greenlet.
    """
    here = sys._getframe()
    return [frame for frame in current_frames().values() if not _is_within(frame, here)]


def _is_within(frame: FrameType | None, other: FrameType) -> bool:
    for _ in range(_DEPTH):
        if frame is other:
            return True
        frame = frame.f_back if frame is not None else None
    return False


class Functions(Generic[M]):
    """Maps functions of other libraries, given as parts, to what it means that a frame runs one of them.

    A function is known by its code object, which a frame carries too. It becomes known at the first look after its
    module was imported; a part that its library does not have is never known, so that nothing is concluded from it.
    """

    def __init__(self, meanings: Mapping[Part, M]) -> None:
        self.parts = tuple(meanings)
        self._awaited = dict(meanings)
        self._known: dict[CodeType, M] = {}
        self._modules = 0  # how many were imported at the last look

    def add(self, function: object, *, meaning: M) -> None:
        """Make a function of our own known."""
        code = code_of(function)
        assert code is not None, f"{function!r} has no code object"
        self._known[code] = meaning

    def get(self, frame: FrameType | None) -> M | None:
        """What it means that this frame runs its function; None where that is not known."""
        if frame is None:
            return None
        if len(sys.modules) != self._modules:
            self._look()
        return self._known.get(frame.f_code)

    def _look(self) -> None:
        self._modules = len(sys.modules)
        for part in [part for part in self._awaited if part.module in sys.modules]:
            found = part.find()
            code = code_of(vars(found[0]).get(found[1])) if found is not None else None
            if code is not None:
                self._known[code] = self._awaited.pop(part)
