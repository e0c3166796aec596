"""`--pdb`: the debugger stops in the test, although the test was over when it was judged."""

from __future__ import annotations

from collections.abc import Callable
from sys import _getframe  # functions that a test may replace are bound here, before any test runs
from types import FrameType, TracebackType

from pytest_customerio.process.recognition import is_machinery


class TestFrame:
    """Keeps the frame of the test, or of the fixture, that sent last, with the line that it was at.

    A frame lives on after its function has ended, with the values of its variables. It is kept only where a debugger
    asks for it, because it keeps those values alive.
    """

    __test__ = False  # for pytest: no test class

    def __init__(self, sent_from: Callable[[], str | None], is_project: Callable[[str], bool]) -> None:
        self._sent_from = sent_from
        self._is_project = is_project
        self._trace: TracebackType | None = None

    def sent_from(self) -> str | None:
        """The line that sends, as without us; the outermost frame of the project that the machinery called is noted."""
        frame: FrameType | None = _getframe(1)
        while frame is not None and not is_machinery(frame):
            if self._is_project(frame.f_code.co_filename):
                self._trace = TracebackType(None, frame, frame.f_lasti, frame.f_lineno)
            frame = frame.f_back
        return self._sent_from()

    def take(self) -> TracebackType | None:
        """The place where the debugger is to stop; it is given once."""
        trace, self._trace = self._trace, None
        return trace
