"""Finds what writes a text: a function of the project, a library by itself, or pytest."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from sys import _getframe  # a test may replace functions of a module later
from types import FrameType
from typing import NamedTuple

from pytest_customerio.process.call_sites import calls_tests
from pytest_customerio.process.recognition import is_machinery


def _loguru_level(frame: FrameType) -> int | None:
    """The level of a record, in the frame of `Logger._log`: a private name of a variable (loguru 0.7)."""
    level = frame.f_locals.get("level_no")
    return level if isinstance(level, int) else None


def _structlog_level(frame: FrameType) -> int | None:
    """The level of a record, in the frame of `BoundLoggerBase._proxy_to_logger` (structlog 24.4 to 26.1)."""
    name = frame.f_locals.get("method_name")
    return _LEVELS.get(name.upper()) if isinstance(name, str) else None


_LEVELS = logging.getLevelNamesMapping() | {"EXCEPTION": logging.ERROR}
# Libraries that print what the application wants to log, each with the level of the record that a frame of it writes;
# others, which log or print by themselves: their own retries, or to debug themselves. What `logging` prints counts as a
# log record.
_LOGGERS: dict[str, Callable[[FrameType], int | None]] = {"loguru": _loguru_level, "structlog": _structlog_level}
_BY_THEMSELVES = frozenset(
    {"http", "urllib3", "requests", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp", "customerio"}
    | {"async_customerio", "backoff", "stamina", "tenacity", "celery"}
)
# Version 2.18 tries to parse each answer, and gives the text where that fails.
_READS_ANY_TEXT = frozenset({"async_customerio"})


class Author(NamedTuple):
    """The innermost frame of the project, which writes a text now.

    `logger` names the library for logs that it writes through, and `level` is that of the record, if that is known.
    `is_test` says that pytest or unittest called it: a test or a fixture.
    """

    frame: FrameType
    logger: str
    is_test: bool
    level: int | None = None

    @property
    def is_loud(self) -> bool:
        """Whether the record of a library for logs is a warning, or worse; a level that is unknown counts as one."""
        return bool(self.logger) and (self.level is None or self.level >= logging.WARNING)


def author(is_project: Callable[[str], bool]) -> Author | None:
    """What writes a text now; None where a library or pytest writes by itself, and where the text is a log record."""
    frame: FrameType | None = _getframe(1)
    logger, level = "", None
    while frame is not None and not is_project(frame.f_code.co_filename):
        package = _package(frame)
        if package in _BY_THEMSELVES or package == "logging" or is_machinery(frame):
            return None
        if package in _LOGGERS:
            logger, level = package, _LOGGERS[package](frame) or level
        frame = frame.f_back
    if frame is None:
        return None
    return Author(frame, logger, frame.f_back is not None and calls_tests(frame.f_back), level)


def library_printing(is_project: Callable[[str], bool]) -> str | None:
    """The library that writes a text now by itself; empty where the project or `logging` writes it, None for pytest."""
    frame: FrameType | None = _getframe(1)
    while frame is not None and not is_project(frame.f_code.co_filename):
        if is_machinery(frame):
            return None
        package = _package(frame)
        if package in _BY_THEMSELVES or package == "logging":
            return package if package in _BY_THEMSELVES else ""
        frame = frame.f_back
    return ""


def reads_by_itself(is_project: Callable[[str], bool]) -> bool:
    """Whether an SDK reads an answer now for which the application did not ask, and takes any text for it."""
    frame: FrameType | None = _getframe(1)
    while frame is not None and not is_project(frame.f_code.co_filename):
        if _package(frame) in _READS_ANY_TEXT:
            return True
        frame = frame.f_back
    return False


def _package(frame: FrameType) -> str:
    """The package whose module this frame runs; nothing where another module only has its name."""
    name = frame.f_globals.get("__name__", "")
    module = sys.modules.get(name)
    return name.partition(".")[0] if module is not None and vars(module) is frame.f_globals else ""
