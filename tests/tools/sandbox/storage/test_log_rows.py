"""Logged requests as rows of the data file."""

from __future__ import annotations

import pytest
from sandbox_pages import received

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.requests.exchange import Exchange
from pytest_customerio.tools.sandbox.storage.log_rows import read_row, write_row


def test_what_is_written_is_read() -> None:
    """A row has each field of a request, as it was: texts in any language, numbers, and any bytes of an answer."""
    wire = Exchange("http://x", (("host", "x"),), (("Content-Type", "text/html"), ("A", "é")), b"\x00\xff{}", 4, 0.25)
    found = Violation("rule", "error", "$.name", "a text", "nothing", sent_from="app.py:1")
    payload = {"name": "ü\U0001f600", "data": [1, 1.5, 10**30, None, True]}
    logged = received(payload=payload, notes=("a", "b"), violations=(found,), fault="reset", exchange=wire)
    assert read_row(write_row(logged, 7)) == (logged, 7)
    assert read_row(write_row(received(), 0)) == (received(), 0)


@pytest.mark.parametrize("row", [b"", b"[1]", b'[1, ["x"]]', b"\xff"])
def test_a_damaged_row(row: bytes) -> None:
    """It raises; the persistence explains it."""
    with pytest.raises((ValueError, IndexError, TypeError)):
        read_row(row)
