"""The entries of each kind of piece, with their places."""

from __future__ import annotations

import builtins
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Interaction
from pytest_customerio.tools.check.reading import entries
from pytest_customerio.tools.check.reading.pieces import Kind, Piece, UnreadableError

REQUEST = {"method": "POST", "uri": "https://track.customer.io/api/v1/customers/42/events", "headers": {}, "body": "{}"}
RESPONSE = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "{}"}}
CASSETTE = {"version": 1, "interactions": [{"request": REQUEST, "response": RESPONSE}] * 2}
YAML = f"version: 1\ninteractions:\n- request: {json.dumps(REQUEST)}\n  response: {json.dumps(RESPONSE)}\n"


def of(path: Path, text: str | bytes, kind: Kind) -> list[tuple[Any, str]]:
    """Each entry as a value or as the class of a request, with its place."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = []
    for entry, where in entries.of(Piece("x", kind, path)):
        found.append((entry.client if isinstance(entry, Interaction) else entry.value, str(where())))
    return found


def lines(data: bytes) -> list[tuple[str, Any, str, str]]:
    found = []
    for entry, where in entries.of(Piece("x", "lines", Path("x"), data, 7)):
        assert not isinstance(entry, Interaction)
        found.append((entry.kind, entry.value, entry.problem, str(where())))
    return found


@pytest.fixture(params=[True, False], ids=["orjson", "json"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines are read by orjson, or without it."""
    original = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "orjson":
            raise ModuleNotFoundError(name)
        return original(name, *args, **kwargs)

    if not request.param:
        monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr(entries, "_reader", entries._reader.__wrapped__)


@pytest.mark.usefixtures("reader")
def test_lines() -> None:
    """Each line that is not blank is an entry; it reads the same with orjson and without."""
    data = b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"b": NaN}\n{"c": \n"\\ud800"\n' + str(10**30).encode()
    found = lines(data)
    assert [(kind, where) for kind, _, _, where in found] == [
        ("json", "x:7"), ("json", "x:10"), ("text", "x:11"), ("json", "x:12"), ("json", "x:13"),
    ]  # fmt: skip
    assert found[0][1] == {"a": 1}
    assert found[1][2] == "NaN, which JSON does not have"
    assert found[2][2] == "text that stops being JSON at character 6"
    assert found[3][1] == "\ud800"
    assert float(found[4][1]) == 1e30


def test_a_list_and_a_document(tmp_path: Path) -> None:
    """The elements of a list have the lines on which they begin; a document is one entry."""
    assert of(tmp_path / "a.json", "[\n1,\n{}]", "list") == [(1, "x:2"), ({}, "x:3")]
    assert of(tmp_path / "a.json", '{\n"a": 1}', "document") == [({"a": 1}, "x:1")]
    assert of(tmp_path / "a.yaml", "services: {}", "nothing") == []


def test_a_har_file(tmp_path: Path) -> None:
    """An entry of a HAR file has a number; what is no request is left out."""
    har = {"log": {"entries": [{}, {"request": {"method": "GET", "url": "https://example.com"}}]}}
    assert of(tmp_path / "a.har", json.dumps(har), "document") == [
        (None, "x, entry 1"),
        ("har", "x, entry 2"),
    ]


def test_a_cassette(tmp_path: Path) -> None:
    """An interaction has its line, in YAML as vcrpy writes it; in JSON, or where lines cannot be told, its number."""
    assert of(tmp_path / "a.yaml", YAML, "cassette") == [("cassette", "x:3")]
    numbered = [("cassette", "x, entry 1"), ("cassette", "x, entry 2")]
    assert of(tmp_path / "a.json", json.dumps(CASSETTE, indent=1), "document") == numbered
    assert of(tmp_path / "c.yaml", json.dumps(CASSETTE), "cassette") == numbered


@pytest.mark.parametrize(
    ("text", "kind", "line", "cause"),
    [
        ('{\n "a": 1\n "b": 2}', "document", 3, "not JSON: Expecting ',' delimiter"),
        ("", "document", None, "the file is empty"),
        (b'{"a": "\xff"}', "document", None, "bytes that are not UTF-8"),
        ('{"a": ' + "[" * 100_000, "document", None, "nested too deep"),
        ("{\n}[", "list", 1, r"not JSON: no \["),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, text: str | bytes, kind: Kind, line: int | None, cause: str) -> None:
    """The error says why, and in which line, without any text of the file."""
    with pytest.raises(UnreadableError, match=cause) as error:
        of(tmp_path / "a", text, kind)
    assert error.value.line == line


def test_a_broken_cassette(tmp_path: Path) -> None:
    """What is wrong with a cassette is said as everywhere, with its line."""
    with pytest.raises(DataError, match="a request is a mapping") as error:
        of(tmp_path / "a.yaml", "interactions:\n- request: 3\n  response: {}\n", "cassette")
    assert error.value.line == 2


def test_a_packed_cassette(tmp_path: Path) -> None:
    """A cassette is read by its path, so that it cannot be packed; the error says what to do."""
    for name, text, kind in (("a.yaml.gz", YAML, "cassette"), ("a.json.gz", json.dumps(CASSETTE), "document")):
        with pytest.raises(UnreadableError, match="unpack it"):
            of(tmp_path / name, gzip.compress(text.encode()), kind)  # type: ignore[arg-type]
