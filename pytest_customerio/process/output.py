"""What the application says while one error case is replayed: log records, output, warnings, expected exceptions."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, Self, TypeVar

from pytest_customerio.core.observation import LogLine

# What is kept of logs, and of output: the last two million characters of each.
KEPT = 2_000_000
# Loggers of our own machinery say nothing about the application.
OURS = frozenset({"pytest_customerio", "vcr"})
# The attributes that every log record has; all others came through `extra=`.
PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

T = TypeVar("T")


class Watch:
    """While entered, collects the records of all loggers, the text on stdout and stderr, warnings, and exceptions.

    `logs` are the records that loggers handed to their handlers, whatever their level and propagation. `expected` are
    the exceptions that `raises_class` (the class behind `pytest.raises`) or `assertRaises` swallowed: so a test
    declares them. `warned` are the texts of warnings that a filter let through. `blind` names what canaries could not
    see, of `logs`, `output` and `warnings`. Bytes written to a stream's `buffer` are never seen.
    """

    def __init__(self, raises_class: type | None = None) -> None:
        self.expected: list[BaseException] = []
        self.blind: list[str] = []
        self._raises_class = raises_class
        self._on = False
        self._records = _Kept[LogLine]()
        self._written = _Kept[str]()
        self._warned = _Kept[str]()
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._on = True
        self._undo.enter_context(_replaced(logging.Logger, "callHandlers", self._hear_records))
        for stream in _streams():
            with contextlib.suppress(AttributeError, TypeError):  # it takes no attributes: the canary will tell
                self._undo.enter_context(_replaced(stream, "write", self._hear_output))
        self._undo.enter_context(_replaced(warnings, "_showwarnmsg", self._hear_warnings))
        for context in self._raising_contexts():
            self._undo.enter_context(_replaced(context, "__exit__", self._note_expected))
        senses = {"logs": self._sees_logs, "output": self._sees_output, "warnings": self._sees_warnings}
        self.blind = [name for name, sees in senses.items() if not sees()]
        return self

    def __exit__(self, *error: object) -> None:
        if "logs" not in self.blind and not self._sees_logs():
            self.blind.append("logs")
        self._undo.close()
        self._on = False

    @property
    def logs(self) -> list[LogLine]:
        """The application's log records so far, rendered."""
        return [line for line in self._records.items() if line.logger.partition(".")[0] not in OURS]

    @property
    def output(self) -> str:
        """Everything written to stdout and stderr so far."""
        return "".join(text for text in self._written.items() if not isinstance(text, _Canary))

    @property
    def warned(self) -> str:
        """The text of every warning that was shown so far, each on a line of its own."""
        return "\n".join(self._warned.items())

    def _hear_records(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
            if not isinstance(record.msg, _Canary):
                original(logger, record)
            if self._on:  # after the handlers: a filter of theirs may redact the record
                with contextlib.suppress(Exception):  # values that cannot be printed are the application's business
                    text = render(record)[-KEPT:]
                    line = LogLine(text, logging.getLevelName(record.levelno), record.name)
                    self._records.add(line, 0 if isinstance(record.msg, _Canary) else len(text))

        return call_handlers

    def _hear_output(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def write(text: Any) -> Any:
            if self._on and isinstance(text, str):
                kept = text if isinstance(text, _Canary) else text[-KEPT:]
                self._written.add(kept, len(kept))
            return len(text) if isinstance(text, _Canary) else original(text)

        return write

    def _hear_warnings(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def show(warning: Any) -> Any:
            text = str(warning.message)
            if self._on:
                self._warned.add(text, len(text))
            return None if isinstance(warning.message, _CanaryWarning) else original(warning)

        return show

    def _note_expected(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def leave(context: Any, kind: Any, error: BaseException | None, trace: Any) -> Any:
            __tracebackhide__ = True
            swallowed = original(context, kind, error, trace)
            if self._on and swallowed and error is not None:
                self.expected.append(error)
            return swallowed

        return leave

    def _raising_contexts(self) -> Iterator[type]:
        if self._raises_class is not None:
            yield self._raises_class
        if "unittest" in sys.modules:
            yield type(sys.modules["unittest"].TestCase().assertRaises(Exception))  # noqa: PT027 - its class is wanted

    def _sees_logs(self) -> bool:
        canary = _Canary(uuid.uuid4().hex)
        logger = logging.getLoggerClass()(f"{__name__}.canary")
        logger.propagate = False
        logger.handle(logger.makeRecord(logger.name, logging.DEBUG, "", 0, canary, (), None))
        return any(line.text == canary for line in self._records.items())

    def _sees_output(self) -> bool:
        for stream in (sys.stdout, sys.stderr):
            canary = _Canary(uuid.uuid4().hex)
            # Only through our own tee: anywhere else it would be printed.
            if getattr(getattr(stream, "write", None), "__module__", "") == __name__:
                stream.write(canary)
            if stream is not None and not any(text is canary for text in self._written.items()):
                return False
        return True

    def _sees_warnings(self) -> bool:
        canary = uuid.uuid4().hex
        if getattr(vars(warnings)["_showwarnmsg"], "__module__", "") == __name__:  # else it would be shown
            with warnings.catch_warnings():
                warnings.simplefilter("always", _CanaryWarning)
                warnings.warn(canary, _CanaryWarning, stacklevel=1)
        return canary in self._warned.items()


def render(record: logging.LogRecord) -> str:
    """All text a handler may make of a record: message, traceback, stack, and what came through `extra=`."""
    try:
        message = record.getMessage()
    except Exception:  # arguments that do not fit their message
        message = f"{record.msg!s} {record.args!r}"
    extra = [f"{name}={value!r}" for name, value in vars(record).items() if name not in PLAIN]
    trace = record.exc_text or (logging.Formatter().formatException(record.exc_info) if record.exc_info else "")
    return "\n".join(filter(None, (message, trace, record.stack_info, *extra)))


class _Canary(str):
    """A text of our own that travels like the application's, and that nobody else gets to see."""

    __slots__ = ()


class _CanaryWarning(Warning):
    """A warning of our own."""


class _Kept(Generic[T]):
    """The last items added, up to KEPT in size; safe between threads."""

    def __init__(self) -> None:
        self._items: deque[tuple[T, int]] = deque()
        self._size = 0
        self._lock = threading.RLock()  # the garbage collector may print while an item is added

    def add(self, item: T, size: int) -> None:
        with self._lock:
            self._items.append((item, size))
            self._size += size
            while self._size > KEPT:
                self._size -= self._items.popleft()[1]

    def items(self) -> list[T]:
        with self._lock:
            return [item for item, _ in self._items]


@contextlib.contextmanager
def _replaced(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Put `make(original)` in the original's place; leave alone what somebody put on top of it meanwhile."""
    own, original = name in vars(owner), getattr(owner, name)
    fake = make(original)
    setattr(owner, name, fake)
    try:
        yield
    finally:
        if vars(owner).get(name) is fake:
            if own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)


def _streams() -> list[Any]:
    """Where output goes, and where those write who took hold of the stream before pytest captured it."""
    streams = [sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__, *_loguru_streams()]
    return list({id(stream): stream for stream in streams if stream is not None}.values())


def _loguru_streams() -> list[Any]:
    """Those that loguru took hold of when it was imported, perhaps under another capture."""
    core = getattr(getattr(sys.modules.get("loguru"), "logger", None), "_core", None)
    sinks: list[Any] = [getattr(handler, "_sink", None) for handler in getattr(core, "handlers", {}).values()]
    return [sink._stream for sink in sinks if hasattr(sink, "_stream")]
