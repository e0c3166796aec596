"""Reads standard input, and never waits for a pipe that nothing is written to."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_customerio.tools.explain import standard_input


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end of a pipe that can be written to; the other end is standard input."""
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield writing


def test_a_pipe(pipe: int) -> None:
    """Everything that is written to the pipe is read, whatever bytes it has."""
    os.write(pipe, b"timestamp\xff must be\n")
    os.close(pipe)
    assert standard_input.piped() == "timestamp\ufffd must be\n"


def test_a_silent_pipe(pipe: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that stays open and silent has no text."""
    monkeypatch.setattr(standard_input, "WAIT", 0)
    assert standard_input.piped() == ""
    os.close(pipe)


def test_a_file_and_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read, a device such as /dev/null is not."""
    (tmp_path / "log").write_text("payload too large", encoding="utf-8")
    with (tmp_path / "log").open(encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert standard_input.piped() == "payload too large"
    with Path(os.devnull).open(encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert standard_input.piped() == ""


@pytest.mark.parametrize("stream", [None, io.StringIO("a text")])
def test_streams_without_a_descriptor(monkeypatch: pytest.MonkeyPatch, stream: object) -> None:
    """A process without standard input, or with a stream that is no file, has nothing piped; `-` reads the stream."""
    monkeypatch.setattr(sys, "stdin", stream)
    assert standard_input.piped() == ""
    assert standard_input.read() == ("a text" if stream else "")
