"""What the application writes while a test is checked is noted, with the function that wrote it."""

from __future__ import annotations

import http.client
import io
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pytest_customerio.process.call_sites import CallSite, Function
from pytest_customerio.process.output.written import LONGEST, MOST, Text, Written

LIBRARY = Path("/opt/site-packages")


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """It listens to a test that is checked."""
    made = Written(CallSite(tmp_path))
    before = logging.Logger.callHandlers
    uninstall = made.install()
    made.begin()
    made.listen()
    yield made
    made.end()
    uninstall()
    assert logging.Logger.callHandlers is before
    assert "write" not in vars(sys.stdout)


@pytest.fixture
def logger() -> logging.Logger:
    """A logger whose handler makes a text of each record."""
    made = logging.Logger("shop")
    made.addHandler(logging.StreamHandler(io.StringIO()))
    return made


def application(tmp_path: Path, source: str, name: str = "app.py") -> Callable[..., Any]:
    """The function `run` of a file of the project."""
    scope: dict[str, Any] = {}
    exec(compile(source, str(tmp_path / name), "exec"), scope)
    run: Callable[..., Any] = scope["run"]
    return run


def test_a_record_of_the_application(written: Written, tmp_path: Path, logger: logging.Logger) -> None:
    """Its text is the one that a handler made, with the traceback and plain values of `extra`."""
    source = """
def run(log, extra):
    try:
        raise KeyError("x")
    except KeyError:
        log.exception("lost %s", 42, extra=extra)
"""
    application(tmp_path, source)(logger, {"plan": "pro", "other": object()})
    (text,) = written.texts
    assert text.text.startswith("lost 42\nTraceback")
    assert text.text.endswith("plan='pro'")
    assert (text.by, text.at) == (Function(str(tmp_path / "app.py"), "run"), 6)
    assert (text.logger, text.level) == ("shop", logging.ERROR)


def test_records_that_do_not_count(written: Written, tmp_path: Path, logger: logging.Logger) -> None:
    """One of a library, one of which no handler made a text, and one that no logger made."""
    application(LIBRARY, "def run(log):\n    log.warning('x')")(logger)
    silent = logging.Logger("silent")
    silent.addHandler(logging.NullHandler())
    application(tmp_path, "def run(log):\n    log.warning('x')")(silent)
    logger.handle(logging.makeLogRecord({"msg": "x", "pathname": None, "levelno": 30}))
    assert written.texts == []
    assert not written.anything


def test_printed_texts(written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are printed as ever, and noted with the line that printed."""
    written.listen()
    application(tmp_path, "def run():\n    print('sent', 42)")()
    application(LIBRARY, "def run():\n    print('by a library')")()
    by = Function(str(tmp_path / "app.py"), "run")
    assert written.texts == [Text("sent", by, 2), Text("42", by, 2)]
    assert written.anything
    assert capsys.readouterr().out == "sent 42\nby a library\n"


def test_what_a_handler_or_a_client_prints_is_no_printed_text(written: Written, tmp_path: Path) -> None:
    """A record counts as a record, and what `http.client` prints to debug itself as nothing."""
    made = logging.Logger("shop")
    made.addHandler(logging.StreamHandler(sys.stdout))
    application(tmp_path, "def run(log):\n    log.warning('x')")(made)
    debugging = http.client.HTTPResponse(
        mock.Mock(**{"makefile.return_value": io.BytesIO(b"HTTP/1.1 200 OK\r\n\r\n")}), 1
    )
    application(tmp_path, "def run(answer):\n    answer.begin()")(debugging)
    assert [(one.text, one.logger) for one in written.texts] == [("x", "shop")]


def test_streams_that_cannot_be_listened_to(written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock is left alone, because it counts its calls; so is a stream that takes no attributes."""

    class Fixed:
        __slots__ = ("got",)

        def write(self, text: str) -> None:
            self.got = text

    for stream in (mock.MagicMock(), Fixed(), None):
        monkeypatch.setattr(sys, "stdout", stream)
        written.listen()
        application(tmp_path, "def run():\n    print('x')")()
    assert written.texts == []


def test_what_is_no_text(written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream itself refuses it, as without us."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    written.listen()
    with pytest.raises(TypeError):
        application(tmp_path, "import sys\ndef run():\n    sys.stdout.write(5)")()


def test_memory_is_bounded(written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many texts are kept, and so many characters of each."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    written.listen()
    run = application(tmp_path, "def run(text):\n    print(text)")
    for _ in range(MOST + 5):
        run("x" * (LONGEST + 5))
    assert len(written.texts) == MOST
    assert len(written.texts[0].text) == LONGEST


def test_the_way_to_customer_io(written: Written, tmp_path: Path) -> None:
    """The functions of the project that lead to a request are noted, and the line that sends is found."""
    source = "def send(sent_from):\n    return sent_from()\ndef run(sent_from):\n    return send(sent_from)"
    found = application(tmp_path, source)(written.sent_from)
    assert found == "app.py:2 in send"
    file = str(tmp_path / "app.py")
    assert written.senders >= {Function(file, "send"), Function(file, "run")}
    assert not written.blind
    written.begin()
    assert written.senders == set()


@pytest.mark.parametrize("stands", [mock.MagicMock(), lambda *_: None, lambda *_: 1 / 0])
def test_records_that_cannot_be_seen(written: Written, monkeypatch: pytest.MonkeyPatch, stands: Any) -> None:
    """What stands in the place of the listener hides the canary; a mock is not called, and no exception is raised."""
    with monkeypatch.context() as patched:
        patched.setattr(logging.Logger, "callHandlers", stands)
        written.sent_from()
    assert written.blind
    assert written.anything
    if isinstance(stands, mock.MagicMock):
        stands.assert_not_called()


def test_records_that_are_passed_on(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that stands before ours and calls it hides nothing."""
    ours = logging.Logger.callHandlers
    with monkeypatch.context() as patched:
        patched.setattr(logging.Logger, "callHandlers", lambda logger, record: ours(logger, record))
        written.sent_from()
    assert not written.blind


def test_the_canary_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where another function has taken the listener away."""
    seen: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: seen.append(record.getMessage()))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    made, original = Written(CallSite(tmp_path)), logging.Logger.callHandlers
    uninstall = made.install()
    made.begin()
    monkeypatch.setattr(logging.Logger, "callHandlers", original)
    made.sent_from()
    assert (made.blind, seen) == (True, [])
    uninstall()


def test_without_a_checked_test_nothing_is_noted(tmp_path: Path, logger: logging.Logger) -> None:
    """Neither before a test begins, nor where nothing is installed."""
    made = Written(CallSite(tmp_path))
    made.begin()
    made.listen()
    assert "write" not in vars(sys.stdout)
    uninstall = made.install()
    made.listen()
    application(tmp_path, "def run(log):\n    log.warning('x')")(logger)
    made.sent_from()
    assert (made.texts, made.blind) == ([], False)
    uninstall()


def test_what_a_library_for_logs_prints(written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a log, of no level that is known here."""
    structlog = pytest.importorskip("structlog")
    written.listen()
    application(tmp_path, "def run(log):\n    log.warning('lost')")(structlog.get_logger())
    assert {(one.logger, one.level, one.by.name) for one in written.texts} == {("structlog", logging.WARNING, "run")}
    assert "lost" in capsys.readouterr().out
