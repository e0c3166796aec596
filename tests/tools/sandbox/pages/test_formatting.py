"""Values, payloads and times as the page shows them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pytest_customerio.tools.sandbox.pages.formatting import (
    ShownTime,
    shorten,
    show_body,
    show_compact,
    show_payload,
    show_start,
    show_time,
)


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in another time zone."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_payload_is_cut_and_says_so() -> None:
    """A text or JSON above the limit is cut, and marked as not complete."""
    assert show_payload("x" * 10, 4) == ("xxxx", False)
    assert show_payload("x" * 4, 4) == ("xxxx", True)
    text, whole = show_payload({"a": list(range(10_000))}, 100)
    assert (len(text), whole) == (100, False)
    assert show_payload({"ü": 1}) == ('{\n  "ü": 1\n}', True)


def test_what_is_short_stands_on_one_line() -> None:
    """A short object is shown in one row, a long one in several; an empty object is shown as nothing."""
    assert show_compact({"total": 12.5, "items": [1]}) == ('{ "total": 12.5, "items": [ 1 ] }', True)
    assert show_compact({"a": "x" * 200})[0].count("\n") == 2
    assert show_compact("two\nlines") == ("two\nlines", True)
    assert [show_compact(each) for each in ({}, "", None, 0, False)] == [
        ("", True),
        ("", True),
        ("null", True),
        ("0", True),
        ("false", True),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [(b'{"a":"\xc3\xbc"}', '{\n  "a": "ü"\n}'), (b"<p>", "<p>"), (b"\xff", "\ufffd"), (b"[" * 100_000, "[" * 100_000)],
)
def test_show_body(body: bytes, text: str) -> None:
    """JSON has one member in each row; everything else is shown as it is."""
    assert show_body(body) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a \n b", "a b"), ("x" * 10, "x" * 10), ("x" * 11, "x" * 9 + "…"), (" " * 50 + "y", "…")],
)
def test_shorten(text: str, expected: str) -> None:
    """White space is folded, and a text above the limit ends with an ellipsis."""
    assert shorten(text, 10) == expected


def test_the_start_of_a_value() -> None:
    """Of a value only so much is written out as is shown, in one row; what is nested too deep is an ellipsis."""
    assert [show_start(each, 12) for each in ("a\nb", {"a": [1, "ü"]}, None, 5)] == [
        "a b",
        '{"a":[1,"ü"]}'[:11] + "…",
        "null",
        "5",
    ]
    assert show_start(list(range(10**6)), 12) == "[0,1,2,3,4,…"
    nested: list[object] = []
    for _ in range(5000):
        nested = [nested]
    assert show_start(nested, 12) in ("[[[[[[[[[[[…", "…")


def test_a_time_is_that_of_this_machine(new_york: None) -> None:
    """A time has the clock, the day and the ISO form in the time zone of this machine."""
    assert show_time(1_764_000_000) == ShownTime("11:00:00", "24 Nov 2025", "2025-11-24T11:00:00-05:00")


@pytest.mark.parametrize("at", [10**30, -(10**30), float("inf"), float("nan"), 1_764_000_000_000])
def test_what_is_no_time_is_a_number(at: float) -> None:
    """A number outside the range of times is shown as the number."""
    assert show_time(at) == ShownTime(str(at), "", "")
