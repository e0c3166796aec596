"""What the application says while one error case is replayed: log records, output, and exceptions the test expects."""

from __future__ import annotations

import base64
import binascii
import contextlib
import logging
import re
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote

from pytest_customerio.model import LogLine

# What is kept of logs, and of output: the last two million characters of each.
KEPT = 2_000_000
# Shorter ones, and words that people use when they write about credentials, occur in texts that leak nothing.
SHORTEST = 6
WORDS = re.compile(
    "((app|track|tracking|write|secret|test)_)?(api_)?key|apikey|writekey|site_?id|authorization|bearer|basic|changeme"
    "|credentials?|customer.?io|dummy|example|none|null|undefined|password|username|placeholder|secret|string|testing"
    "|token|x+"
)
# Loggers of our own machinery say nothing about the application.
OURS = frozenset({"pytest_customerio", "vcr"})
# The attributes that every log record has; all others came through `extra=`.
PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

T = TypeVar("T")


class Watch:
    """While entered, collects the records of all loggers, the text on stdout and stderr, and expected exceptions.

    `logs` are the records that loggers handed to their handlers, whatever their level and propagation. `expected` are
    the exceptions that `raises_class` (the class behind `pytest.raises`) or `assertRaises` swallowed: so a test
    declares them. `blind` names what canaries could not see, of `logs` and `output`. Warnings, and bytes written to a
    stream's `buffer`, are never seen.
    """

    def __init__(self, raises_class: type | None = None) -> None:
        self.expected: list[BaseException] = []
        self.blind: list[str] = []
        self._raises_class = raises_class
        self._on = False
        self._records = _Kept[LogLine]()
        self._written = _Kept[str]()
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._on = True
        self._undo.enter_context(_replaced(logging.Logger, "callHandlers", self._hear_records))
        for stream in _streams():
            with contextlib.suppress(AttributeError, TypeError):  # it takes no attributes: the canary will tell
                self._undo.enter_context(_replaced(stream, "write", self._hear_output))
        for context in self._raising_contexts():
            self._undo.enter_context(_replaced(context, "__exit__", self._note_expected))
        self.blind = [name for name, sees in (("logs", self._sees_logs), ("output", self._sees_output)) if not sees()]
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


def render(record: logging.LogRecord) -> str:
    """All text a handler may make of a record: message, traceback, stack, and what came through `extra=`."""
    try:
        message = record.getMessage()
    except Exception:  # arguments that do not fit their message
        message = f"{record.msg!s} {record.args!r}"
    extra = [f"{name}={value!r}" for name, value in vars(record).items() if name not in PLAIN]
    trace = record.exc_text or (logging.Formatter().formatException(record.exc_info) if record.exc_info else "")
    return "\n".join(filter(None, (message, trace, record.stack_info, *extra)))


def credentials(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets in Authorization headers, in each form they may leak in: as sent, decoded, URL-quoted, as base64."""
    secrets: list[str] = []
    for name in ("authorization", "proxy-authorization"):
        scheme, _, token = headers.get(name, "").strip().partition(" ")
        secrets += [f"{scheme} {token}", token.strip()] if token else [scheme]
        if scheme.lower() == "basic":
            user, _, password = _decoded(token).partition(":")
            secrets += [f"{user}:{password}", password] if password else [user]
    telling = [secret for secret in secrets if _telling(secret)]
    forms = [form for secret in telling for form in (secret, quote(secret, safe=""), _base64(secret))]
    return tuple(dict.fromkeys(forms))


class _Canary(str):
    """A text of our own that travels like the application's, and that nobody else gets to see."""

    __slots__ = ()


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
    streams = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return list({id(stream): stream for stream in streams if stream is not None}.values())


def _decoded(token: str) -> str:
    with contextlib.suppress(binascii.Error, ValueError):
        return base64.b64decode(token.strip() + "==").decode("utf-8", "replace")
    return ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def _telling(secret: str) -> bool:
    return len(secret) >= SHORTEST and not WORDS.fullmatch(re.sub("[ -]", "_", secret.lower()))
