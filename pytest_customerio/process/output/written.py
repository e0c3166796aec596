"""Notes what is written while tests are checked: log records and printed texts, with the function that wrote each."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pytest_customerio.process.authors import author
from pytest_customerio.process.call_sites import CallSite, Function
from pytest_customerio.process.output.records import CALL_HANDLERS, USUAL
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_mock

# Of one test, the texts written last are kept: so many, and so many characters of each.
MOST = 2000
LONGEST = 20_000
# stdout and stderr, as pytest captures them for all tests.
_USUAL_STREAMS = 2
_PLAIN = (str, int, float, bool, bytes, list, tuple, dict, type(None))


class Text(NamedTuple):
    """Something that the application wrote: by which function, at which line of which file, and where it went.

    `level` is that of a log record, with `logger`; a printed text has none of them, one that loguru or structlog prints
    has the library in the place of the logger.
    """

    text: str
    by: Function
    at: int
    logger: str = ""
    level: int | None = None


class Written:
    """Notes the texts of the running test, and the functions that were on their way to Customer.io when they sent.

    A record counts once a handler made a text of it: nothing is formatted for us, because an argument of a record may
    do anything when it is printed. What libraries write is not noted.
    """

    def __init__(self, site: CallSite) -> None:
        self.senders: set[Function] = set()
        self.blind = False
        self._site = site
        self._texts: deque[Text] = deque(maxlen=MOST)
        self._on = self._installed = False
        self._streams = Patches()
        self._session = Patches()

    def install(self) -> Callable[[], None]:
        """Listen to all loggers until the function that this returns is called."""
        self._session.patch(CALL_HANDLERS, self._hear_records)
        self._installed = True

        def uninstall() -> None:
            self._on = False
            self._hear_no_stream()
            self._session.undo()
            self._installed = False

        return uninstall

    def begin(self) -> None:
        """A test that is checked begins."""
        self._texts.clear()
        self.senders.clear()
        self.blind, self._on = False, self._installed

    def listen(self) -> None:
        """Listen to the streams that stand there now; pytest's `capsys` and tests put others there."""
        for stream in (sys.stdout, sys.stderr) if self._on else ():
            if stream is not None and "write" not in getattr(stream, "__dict__", {}) and not is_mock(stream):
                with contextlib.suppress(AttributeError, TypeError):  # a stream that takes no attributes is not heard
                    self._streams.put(stream, "write", self._hear_output(stream.write))

    def end(self) -> None:
        """The test is over. The two streams that all tests share stay wrapped: wrapping them in each test takes longer.

        Where the test had streams of its own, such as those of `capsys`, all are put back.
        """
        self._on = False
        if len(self._streams) > _USUAL_STREAMS:
            self._hear_no_stream()

    def _hear_no_stream(self) -> None:
        self._streams.undo()
        self._streams = Patches()

    def sent_from(self) -> str | None:
        """The line of the project from which a request is sent; the functions that lead there are noted."""
        if self._on and not self.senders:
            self._plant_canary()
            self.listen()
        return self._site.sent_from(self.senders)

    @property
    def anything(self) -> bool:
        """Whether anything was written, or nothing could be heard."""
        return bool(self._texts) or self.blind

    @property
    def texts(self) -> list[Text]:
        """What functions of the application wrote so far."""
        return list(self._texts)

    def _hear_records(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
            if isinstance(record.msg, _Canary):
                self.blind = False
                return
            original(logger, record)
            with contextlib.suppress(Exception):  # a record may be made by anybody, of anything
                if self._on and "message" in record.__dict__ and self._site.is_project(record.pathname):
                    self._texts.append(_of_record(record))

        return call_handlers

    def _hear_output(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def write(text: Any) -> Any:
            if self._on and isinstance(text, str) and not text.isspace():
                writer = author(self._site.is_project)
                if writer is not None and not writer.is_test:
                    code = writer.frame.f_code
                    by = Function(code.co_filename, code.co_name)
                    self._texts.append(Text(text[:LONGEST], by, writer.frame.f_lineno, writer.logger, writer.level))
            return original(text)

        return write

    def _plant_canary(self) -> None:
        """Where somebody replaced our function: a record of our own must come by, of a level that no handler takes,
        should it come to one.

        A mock that stands in the way would count the call.
        """
        self.blind = not self._session.standing(logging.Logger, "callHandlers")
        standing = logging.Logger.callHandlers
        if self.blind and not is_mock(standing):
            with contextlib.suppress(Exception):  # it may be anybody's function
                canary = {"msg": _Canary(), "name": f"{__name__}.canary", "levelno": -1}
                standing(logging.getLogger(), logging.makeLogRecord(canary))


class _Canary(str):
    """A text of our own that takes the way of the application's records, and is never shown."""

    __slots__ = ()


def _of_record(record: logging.LogRecord) -> Text:
    parts = [record.__dict__["message"], record.exc_text or "", *_extras(record)]
    text = "\n".join(filter(None, parts))[:LONGEST]
    return Text(text, Function(record.pathname, record.funcName), record.lineno, record.name, record.levelno)


def _extras(record: logging.LogRecord) -> Iterator[str]:
    for name, value in vars(record).items():
        if name not in USUAL and type(value) in _PLAIN:
            yield f"{name}={value!r}"[:LONGEST]
