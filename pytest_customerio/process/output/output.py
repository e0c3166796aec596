"""Observes what the application writes while one error case is replayed: log records, output, warnings."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import uuid
import warnings
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar

from pytest_customerio.core.observation import LogLine
from pytest_customerio.process.authors import author, library_printing
from pytest_customerio.process.output import loguru, trackers
from pytest_customerio.process.output.records import BLIND, CALL_HANDLERS, extras, is_own, render
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches

# Of logs, and of output, the last two million characters are remembered.
LIMIT = 2_000_000
# The loggers of our own machinery say nothing about the application.
OURS = frozenset({"pytest_customerio", "vcr"})

SHOW_WARNING = Part(PYTHON, "warnings", "_showwarnmsg", "the text of warnings, for leaks", BLIND)
PARTS = (
    CALL_HANDLERS,
    SHOW_WARNING,
    *loguru.PARTS,
    *trackers.PARTS,
    Part(PYTHON, "sys", "stdout.write", "what is written to stdout and stderr, for leaks", BLIND),
)

T = TypeVar("T")

# The most exceptions and messages for operators that are remembered.
MOST_REPORTS = 50


class Watch:
    """While entered, collects the records of all loggers, the text on stdout and stderr, and warnings.

    `logs` are the records that loggers handed to their handlers, whatever their level and propagation. `warned` are the
    texts of warnings that a filter let through. `blind` names those of `logs`, `output` and `warnings` that could not
    be observed: a canary, a text of our own, was sent there and not seen. Bytes that are written to a stream's `buffer`
    are never seen.

    `is_project` says whether a file is the application's own. Once the error was met (`error_met`), `printed`,
    `printed_failure` and `printed_by` note what the application itself writes to stdout and stderr, and what it hands
    to loguru, as `Observation` describes them.
    """

    def __init__(self, is_project: Callable[[str], bool] = bool) -> None:
        self.error_met = self.printed = self.printed_failure = False
        self.printed_by = ""
        self._is_project = is_project
        self.blind: list[str] = []
        self.reports: tuple[tuple[str, object], ...] = ()
        self._on = False
        self._records = _Latest[LogLine]()
        self._written = _Latest[str]()
        self._by_libraries = _Latest[tuple[str, str]]()
        self._warned = _Latest[str]()
        self._patches = Patches()

    def __enter__(self) -> Self:
        self._on = True
        self._patches.patch(CALL_HANDLERS, self._hear_records)
        self.listen()
        self._patches.patch(SHOW_WARNING, self._hear_warnings)
        self._patches.patch(loguru.LOG, lambda original: loguru.heard(original, self._note_logged))
        for part in trackers.PARTS:
            self._patches.patch(part, lambda original: trackers.heard(original, self._note_reported))
        senses = {"logs": self._sees_logs, "output": self._sees_output, "warnings": self._sees_warnings}
        self.blind = [name for name, sees in senses.items() if not sees()]
        return self

    def __exit__(self, *error: object) -> None:
        if "logs" not in self.blind and not self._sees_logs():
            self.blind.append("logs")
        self._patches.undo()
        self._on = False

    def listen(self) -> None:
        """Listen to the streams that stand there now: pytest captures the output of a subtest in others."""
        for stream in _streams():
            # A stream that takes no attributes counts as blind.
            with contextlib.suppress(AttributeError, TypeError):
                if not self._patches.standing(stream, "write"):
                    error = stream in (sys.stderr, sys.__stderr__)
                    self._patches.put(stream, "write", self._hear_output(stream.write, error=error))

    @property
    def logs(self) -> list[LogLine]:
        """The application's log records so far, rendered."""
        return [record for record in self._records.values() if record.logger.partition(".")[0] not in OURS]

    @property
    def output(self) -> str:
        """What was written to stdout and stderr so far, but not by libraries by themselves."""
        return "".join(text for text in self._written.values() if not isinstance(text, _Canary))

    @property
    def printed_by_libraries(self) -> dict[str, str]:
        """What libraries printed by themselves so far, by library."""
        found: dict[str, str] = {}
        for library, text in self._by_libraries.values():
            found[library] = found.get(library, "") + text
        return found

    @property
    def warned(self) -> str:
        """The text of every warning that was shown so far, each on a line of its own."""
        return "\n".join(self._warned.values())

    def _hear_records(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
            if not isinstance(record.msg, _Canary):
                original(logger, record)
            if self._on:  # after the handlers have run, because their filters may redact the record
                with contextlib.suppress(Exception):  # the `__str__` of a value may raise any exception
                    seen = self._seen(record)
                    self._records.add(seen, 0 if isinstance(record.msg, _Canary) else len(seen.text))

        return call_handlers

    def _seen(self, record: logging.LogRecord) -> LogLine:
        text, extra, level = render(record)[-LIMIT:], tuple(extras(record)), logging.getLevelName(record.levelno)
        return LogLine(text, level, record.name, is_own(record, self._is_project), not self.error_met, extra)

    def _note_printed(self, *, error: bool) -> None:
        """Note that the application writes to a stream after the error, and whether it tells of a failure."""
        writer = author(self._is_project)
        if writer is not None:
            self.printed = True
            self.printed_by = self.printed_by or (writer.logger if writer.is_loud else "")
            by_itself = not writer.logger and (error or sys.exc_info()[1] is not None)
            self.printed_failure = writer.is_loud or by_itself

    def _hear_output(self, original: Callable[..., Any], *, error: bool) -> Callable[..., Any]:
        def write(text: Any) -> Any:
            if self._on and isinstance(text, str):
                self._note_written(text)
                if self.error_met and not (self.printed_failure or isinstance(text, _Canary) or text.isspace()):
                    self._note_printed(error=error)
            return len(text) if isinstance(text, _Canary) else original(text)

        return write

    def _note_written(self, text: str) -> None:
        end = text if isinstance(text, _Canary) else text[-LIMIT:]
        library = "" if isinstance(text, _Canary) or text.isspace() else library_printing(self._is_project)
        if library is None:
            return
        if library:
            self._by_libraries.add((library, end), len(end))
        else:
            self._written.add(end, len(end))

    def _note_logged(self) -> None:
        """Note that the application logs by loguru after the error."""
        if self._on and self.error_met and not self.printed_failure:
            self._note_printed(error=False)

    def _note_reported(self, library: str, what: object) -> None:
        """Note that the application tells an operator of the error, by this library, and what."""
        if self._on and self.error_met and author(self._is_project) is not None:
            self.printed_failure, self.printed_by = True, self.printed_by or library
            self.reports = (*self.reports[: MOST_REPORTS - 1], (library, what))

    def _hear_warnings(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def show(warning: Any) -> Any:
            text = str(warning.message)
            if self._on:
                self._warned.add(text, len(text))
            return None if isinstance(warning.message, _CanaryWarning) else original(warning)

        return show

    def _sees_logs(self) -> bool:
        canary = _Canary(uuid.uuid4().hex)
        logger = logging.getLoggerClass()(f"{__name__}.canary")
        logger.propagate = False
        logger.handle(logger.makeRecord(logger.name, logging.DEBUG, "", 0, canary, (), None))
        return any(record.text == canary for record in self._records.values())

    def _sees_output(self) -> bool:
        for stream in (sys.stdout, sys.stderr):
            canary = _Canary(uuid.uuid4().hex)
            if stream is not None and self._is_ours(
                stream, "write"
            ):  # the stream has a `write` that is not ours, which would print the canary
                stream.write(canary)
            if stream is not None and not any(text is canary for text in self._written.values()):
                return False
        return True

    def _sees_warnings(self) -> bool:
        canary = uuid.uuid4().hex
        if self._patches.standing(warnings, "_showwarnmsg"):  # the hook is not ours, and would show the canary
            with warnings.catch_warnings():
                warnings.simplefilter("always", _CanaryWarning)
                warnings.warn(canary, _CanaryWarning, stacklevel=1)
        return canary in self._warned.values()

    def _is_ours(self, stream: Any, name: str) -> bool:
        return hasattr(stream, "__dict__") and self._patches.standing(stream, name)


class _Canary(str):
    """A text of our own that takes the way of the application's texts, and is never shown."""

    __slots__ = ()


class _CanaryWarning(Warning):
    """The category of a warning of our own, which is never shown."""


class _Latest(Generic[T]):
    """The values added last, up to LIMIT in size; safe between threads."""

    def __init__(self) -> None:
        self._values: deque[tuple[T, int]] = deque()
        self._size = 0
        self._lock = threading.RLock()  # the garbage collector may print while a value is added

    def add(self, value: T, size: int) -> None:
        with self._lock:
            self._values.append((value, size))
            self._size += size
            while self._size > LIMIT:
                self._size -= self._values.popleft()[1]

    def values(self) -> list[T]:
        with self._lock:
            return [value for value, _ in self._values]


def _streams() -> list[Any]:
    """The current streams, and those from before pytest captured the output, because a library may hold them."""
    streams = [sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__, *loguru.streams()]
    return list({id(stream): stream for stream in streams if stream is not None}.values())
