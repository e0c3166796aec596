"""The files that a command line names."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from pytest_customerio.tools.check.reading.pieces import UnreadableError
from pytest_customerio.tools.check.reading.sources import Source, pieces_of, sources

EVENT = b'{"name": "x"}\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of all kinds, where the command runs."""
    for name in ("b.ndjson", "a.yaml", "in/c.HAR", "in/d.json.gz", "notes.txt", ".git/x.json", "node_modules/y.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(EVENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folders(project: Path) -> None:
    """Of a folder the files of known kinds are read, in order, each once; a file that is named is read in any case."""
    names = [(one.name, one.named) for one in sources([".", "in/c.HAR", "notes.txt", str(project / "in")])]
    assert names == [
        ("a.yaml", False),
        ("b.ndjson", False),
        ("in/c.HAR", True),
        ("in/d.json.gz", False),
        ("notes.txt", True),
    ]


def test_what_is_no_file_of_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe in a folder is passed over, as nobody may write into it. A file with two names is read once."""
    monkeypatch.chdir(tmp_path)
    Path("a").mkdir()
    os.mkfifo("a/pipe.json")
    Path("a/one.json").write_text("{}", encoding="utf-8")
    Path("b").symlink_to("a")
    Path("a/loop.json").symlink_to("loop.json")
    assert [one.name for one in sources(["a", "b"])] == ["a/loop.json", "a/one.json"]


def test_an_empty_name() -> None:
    """It is that of a variable of a shell which is not set, and not this folder."""
    (found,) = sources([""])
    assert (found.name, found.missing) == ('""', "the name of a file is empty")


def test_the_baseline_of_the_plugin_holds_no_payload(project: Path) -> None:
    """In a folder it is passed over; a file that cannot be opened is not, so that the reader can say why."""
    (project / "contract-baseline.jsonl").write_text('{"baseline": "pytest-customerio", "version": 1}\n', "utf-8")
    (project / "gone.json").symlink_to(project / "nowhere")
    names = [one.name for one in sources(["."])]
    assert "contract-baseline.jsonl" not in names
    assert "gone.json" in names
    assert [one.name for one in sources(["contract-baseline.jsonl"])] == ["contract-baseline.jsonl"]


def test_what_is_missing() -> None:
    """A file that does not exist is said with the nearest one."""
    found = sources(["b.ndjsn", "gone/x.json", "a\0b", "x" * 5000])
    assert [one.missing for one in found] == [
        "there is no such file; did you mean b.ndjson?", *["there is no such file"] * 3,
    ]  # fmt: skip
    assert [one.size for one in found] == [0] * 4
    with pytest.raises(UnreadableError, match="there is no such file"):
        list(pieces_of(found[0], io.BytesIO(), Path()))


def test_an_absolute_path_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file outside of the folder is shown as it was given."""
    path = tmp_path_factory.mktemp("other") / "x.json"
    path.write_bytes(EVENT)
    assert [(one.name, one.size) for one in sources([str(path)])] == [(path.as_posix(), len(EVENT))]


def test_standard_input(tmp_path: Path) -> None:
    """Lines are judged as they come; anything else is written into a file first, since it is read as a whole."""
    (source,) = sources(["-", "-"])
    assert source == Source("<stdin>", Path("<stdin>"))
    (lines,) = pieces_of(source, io.BytesIO(EVENT * 2), tmp_path)
    assert (lines.kind, lines.data, lines.sent()) == ("lines", EVENT * 2, lines)
    for text, kind in (
        (b'{"log":\n{"entries": []}}', "document"),
        (b"[\n1]", "list"),
        (b"interactions:\n- 1", "cassette"),
    ):
        (piece,) = pieces_of(source, io.BytesIO(text), tmp_path)
        assert (piece.name, piece.kind, piece.path.read_bytes()) == ("<stdin>", kind, text)
