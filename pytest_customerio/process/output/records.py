"""Knows log records: where all pass, which text a handler may make of one, and whether the application wrote it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator

from pytest_customerio.process.parts import PYTHON, Part

# What is done without a part that shows texts.
BLIND = "leaks are looked for elsewhere, and the report says what could not be observed"
CALL_HANDLERS = Part(PYTHON, "logging", "Logger.callHandlers", "log records of all loggers, for leaks", BLIND)
PARTS = (CALL_HANDLERS,)
# The attributes that every log record has; all others came through `extra=`.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Loggers that libraries and Python itself write to, although no module has their name: that of
# `logging.captureWarnings`, and the root.
FOREIGN = frozenset({"py.warnings", "root"})


def render(record: logging.LogRecord) -> str:
    """All text a handler may make of a record: message, traceback, stack, and what came through `extra=`."""
    try:
        message = record.getMessage()
    except Exception:  # the arguments do not fit the message
        message = f"{record.msg!s} {record.args!r}"
    trace = record.exc_text or (logging.Formatter().formatException(record.exc_info) if record.exc_info else "")
    extra = [f"{name}={text}" for name, text in extras(record)]
    return "\n".join(filter(None, (message, trace, record.stack_info, *extra)))


def extras(record: logging.LogRecord) -> Iterator[tuple[str, str]]:
    """What came through `extra=`, as (attribute, text); the members of a dictionary one by one, as `data.args`."""
    for name, value in vars(record).items():
        if name not in USUAL and isinstance(value, dict):
            yield from ((f"{name}.{key}", repr(inner)) for key, inner in list(value.items()))
        elif name not in USUAL:
            yield name, repr(value)


def is_own(record: logging.LogRecord, is_project: Callable[[str], bool]) -> bool:
    """Whether the application wrote a record: from a line of its own, or through a logger that it made itself.

    A retry library writes through the logger that it was given, as tenacity's `before_sleep_log` does. Libraries name
    their own loggers after their modules.
    """
    file = record.pathname  # in a record that was made from a dictionary, it may be anything
    return (isinstance(file, str) and bool(file) and is_project(file)) or _is_own_logger(record.name, is_project)


def _is_own_logger(name: str, is_project: Callable[[str], bool]) -> bool:
    module = sys.modules.get(name.partition(".")[0])
    if module is None:
        return name not in FOREIGN
    file = getattr(module, "__file__", None)
    folders = [os.path.join(folder, "__init__.py") for folder in getattr(module, "__path__", ())]
    return any(map(is_project, [file] if file else folders))
