"""Files are cut into pieces: whole lines by the megabyte, or the file as a whole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pytest_customerio.tools.check.reading import pieces as module
from pytest_customerio.tools.check.reading.pieces import Piece, UnreadableError, kind_of, pieces

EVENT = b'{"name": "signed_up"}'
PRETTY = b'{\n  "name": "signed_up"\n}\n'


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.ndjson", b"[broken", "lines"),
        ("a.JSONL", PRETTY, "lines"),
        ("a.json.gz", EVENT + b"\n" + EVENT, "lines"),
        ("a.json", b"\n" + EVENT + b"\n" + EVENT + b"\n", "lines"),
        ("a.json", b"[1]\n[2]\n", "lines"),
        ("a.json", EVENT, "document"),
        ("a.json", b"\xef\xbb\xbf" + PRETTY, "document"),
        ("a.json", b'{"name": "bro\n' + EVENT + b"\n", "lines"),
        ("a.json", b"[" + EVENT + b"]", "list"),
        ("a.json", b"[\n" + EVENT + b",\n" + EVENT + b"]", "list"),
        ("a.json", b"[" * 100_000, "list"),
        ("a.har", b'{"log": {"entr', "document"),
        ("a.json", b"", "nothing"),
        ("a.ndjson", b" \n", "nothing"),
        ("a.log", b"2026-11-26 something", "lines"),
        ("a.yaml", b"interactions:\n- request:\n", "cassette"),
        ("a.yml", b"version: 1\n'interactions': []\n", "cassette"),
        ("a.yml", b"\xef\xbb\xbfinteractions: []\n", "cassette"),
        ("a.yaml", b"services:\n  web: {}\n", "nothing"),
        ("<stdin>", b"interactions:\n- request:\n", "cassette"),
        ("<stdin>", EVENT + b"\n" + EVENT, "lines"),
    ],
)
def test_the_kind_of_a_file(name: str, head: bytes, kind: str) -> None:
    """The suffix says how a file is read, else its first two lines do."""
    assert kind_of(Path(name), head) == kind


def test_utf_16_is_refused() -> None:
    """A file of PowerShell's `>` is UTF-16, with or without a mark at its beginning; the message says what to do."""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(UnreadableError, match="UTF-16; save it as UTF-8"):
            kind_of(Path("a.ndjson"), '{"a": 1}'.encode(encoding))


def test_lines_come_by_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece has whole lines, the number of its first line and its share of the file's size."""
    monkeypatch.setattr(module, "BLOCK", 50)
    lines = [json.dumps({"name": f"event {number}", "data": {}}).encode() for number in range(10)]
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(lines))
    found = list(pieces("events.ndjson", path))
    assert b"".join(one.data for one in found) == path.read_bytes()
    assert [one.first for one in found] == [1, 3, 5, 7, 9]
    assert sum(one.size for one in found) == path.stat().st_size
    assert {(one.name, one.kind) for one in found} == {("events.ndjson", "lines")}
    sent = [one.sent() for one in found]
    assert b"".join(one.data for one in sent) == b""
    assert [one.lines() for one in sent] == [one.lines() for one in found] == [one.data for one in found]


@pytest.mark.parametrize(("second", "kind"), [(EVENT, "lines"), (b"", "document")])
def test_a_first_line_that_is_longer_than_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: bytes, kind: str
) -> None:
    """Whether a file is NDJSON is seen at the end of its first line, wherever that is."""
    monkeypatch.setattr(module, "BLOCK", 20)
    path = tmp_path / "messages.json"
    path.write_bytes(b'{"body": "' + b"x" * 100 + b'"}\n' + second)
    assert {one.kind for one in pieces("x", path)} == {kind}


def test_a_packed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that ends with .gz is unpacked; the size is that of the packed file."""
    monkeypatch.setattr(module, "BLOCK", 500)
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join([EVENT] * 100)))
    found = list(pieces("x", path))
    assert b"".join(one.data for one in found).count(EVENT) == 100
    assert len(found) > 1
    assert found == [one.sent() for one in found]
    assert sum(one.size for one in found) == path.stat().st_size


def test_a_document_is_one_piece(tmp_path: Path) -> None:
    """Whatever is not read by the line is handed on by its path."""
    path = tmp_path / "page.har"
    path.write_bytes(PRETTY)
    assert list(pieces("page.har", path)) == [Piece("page.har", "document", path, size=len(PRETTY))]


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("broken.ndjson.gz", gzip.compress(b"\n".join([EVENT] * 100), mtime=0)[:-20], "ended before"),
        ("bad.ndjson.gz", gzip.compress(EVENT * 50, mtime=0)[:15] + b"xxxxxxxxxxx", "Error -3"),
        ("not.ndjson.gz", b"no gzip", "Not a gzipped file"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, data: bytes, cause: str) -> None:
    """A broken file is an error that says why."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableError, match=cause):
        list(pieces(name, tmp_path / name))


def test_what_is_not_there(tmp_path: Path) -> None:
    """A file that is gone, and a name that no file can have."""
    for path, cause in ((tmp_path / "gone.json", "No such file"), (Path("a\0b"), "embedded null byte")):
        with pytest.raises(UnreadableError, match=cause):
            list(pieces("x", path))
