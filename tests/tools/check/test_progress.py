"""The progress bar: on a terminal, where tqdm is installed."""

from __future__ import annotations

import io
import sys

import pytest

from pytest_customerio.tools.check.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, total: int = 2000) -> str:
    with progress(total, stream) as advance:
        advance(1000)
        advance(1000)
    return stream.getvalue()


def test_on_a_terminal() -> None:
    """The bar shows how much of the bytes is judged; of standard input the total is not known."""
    assert "judged:   0%|          | 0.00/2.00k " in shown(Terminal())
    assert "judged: 0.00B " in shown(Terminal(), 0)


def test_elsewhere_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is printed into a file or pipe, nor without tqdm."""
    assert shown(io.StringIO()) == ""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert shown(Terminal()) == ""
