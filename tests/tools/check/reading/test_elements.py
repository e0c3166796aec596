"""The elements of one JSON list, read one after the other."""

from __future__ import annotations

import io
import json

import pytest

from pytest_customerio.tools.check.reading import elements as module
from pytest_customerio.tools.check.reading.elements import elements
from pytest_customerio.tools.check.reading.pieces import UnreadableError


def read(text: str) -> list[tuple[int, object]]:
    return [(line, json.loads(raw)) for line, raw in elements(io.BytesIO(text.encode()))]


@pytest.mark.parametrize("block", [1, 2, 7, 1 << 20])
def test_each_element_with_its_line(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """Each element comes with the line on which it begins, however the text is cut into blocks."""
    monkeypatch.setattr(module, "BLOCK", block)
    text = '\ufeff\n[\n  {"name": "é, ]"},\n  {\n    "data": [1, 2]\n  }, 12345 ,\n  "text"\n]\n'
    assert read(text) == [(3, {"name": "é, ]"}), (4, {"data": [1, 2]}), (6, 12345), (7, "text")]
    assert read("[]") == []
    assert read(" [ 1234567, 2 ] ") == [(1, 1234567), (1, 2)]


def test_bytes_stay_as_they_are() -> None:
    """The bytes of an element are those of the file, also where they are not UTF-8."""
    raw = b'[{"a":  "\xc3\xa9\xff"}]'
    assert list(elements(io.BytesIO(raw))) == [(1, b'{"a":  "\xc3\xa9\xff"}')]


@pytest.mark.parametrize(
    ("text", "line", "cause", "before"),
    [
        ('[\n{"a": 1},\n{"b": oops},\n{"c": 1}]', 3, "an element of the list is not JSON", 1),
        ('[\n{"a": 1},\n{"b": ', 3, "an element of the list is not JSON", 1),
        ('[\n{"a": 1}\n', 3, "the list breaks off", 1),
        ("[" * 100_000, 1, "an element of the list is not JSON", 0),
        ("[10, 2", 1, "the list breaks off", 2),
        ("[10,", 1, "the list breaks off", 1),
        ("[", 1, "the list breaks off", 0),
        ("[10,\n]", 2, "a comma stands before the end of the list", 1),
        ("[10 2]", 1, "not JSON: no ,", 1),
        ("[10]\n[20]", 2, "something follows the list; it is not read", 1),
        ("{}", 1, r"not JSON: no \[", 0),
    ],
)
def test_a_list_that_breaks_off(text: str, line: int, cause: str, before: int) -> None:
    """What comes before a mistake is read; the error names its line."""
    reader = elements(io.BytesIO(text.encode()))
    assert len([next(reader) for _ in range(before)]) == before
    with pytest.raises(UnreadableError, match=cause) as error:
        next(reader)
    assert error.value.line == line


def test_an_element_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is read for one element than a payload may have."""
    monkeypatch.setattr(module, "BLOCK", 10)
    monkeypatch.setattr(module, "LARGEST", 100)
    stream = io.BytesIO(b'["' + b"x" * 10_000)
    with pytest.raises(UnreadableError):
        list(elements(stream))
