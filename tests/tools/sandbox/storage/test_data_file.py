"""The SQLite file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio.tools.sandbox.storage.data_file import WEIGH_CALLS_EVERY, DataFile, DataFileError


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"people: 5\n" * 200, "it is no data file of a sandbox. Nothing was changed: name another file"),
        (
            b"SQLite format 3\0" + b"\xff" * 4000,
            "it is no data file of a sandbox. Nothing was changed: name another file",
        ),
    ],
    ids=["text", "half"],
)
def test_a_file_that_is_something_else(tmp_path: Path, content: bytes, cause: str) -> None:
    """It is refused, and stays as it is."""
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(DataFileError) as caught:
        DataFile(path)
    assert str(caught.value) == f"{path}: {cause}"
    assert path.read_bytes() == content


def test_a_database_of_another_program(tmp_path: Path) -> None:
    """It is refused, and stays as it is."""
    path = tmp_path / "x.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(DataFileError, match="it is no data file of a sandbox"):
        DataFile(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("damage", [slice(4096, None), slice(4100, 4116)])
def test_a_damaged_file(tmp_path: Path, damage: slice) -> None:
    """A data file with damaged pages is refused as it is opened, also where the damage is in no page that is read then."""
    path = tmp_path / "x.db"
    file = DataFile(path)
    file.save("current", b"x" * 100_000)
    file.close()
    content = bytearray(path.read_bytes())
    content[damage] = b"\xff" * len(content[damage])
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=r"it is damaged|Nothing was changed"):
        DataFile(path)


@pytest.mark.parametrize("place", ["missing/x.db", "."])
def test_a_place_that_cannot_be_opened(tmp_path: Path, place: str) -> None:
    """A folder that does not exist, and a folder in place of a file, draw a message."""
    with pytest.raises(DataFileError, match="it cannot be opened: its folder must exist, and be writable"):
        DataFile(tmp_path / place)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_a_file_that_is_read_only(tmp_path: Path) -> None:
    """A user who may only read the file is told so."""
    path = tmp_path / "x.db"
    DataFile(path).close()
    tmp_path.chmod(0o755)
    path.chmod(0o644)
    code = (
        "import os, sqlite3, sys; os.setuid(65534); c = sqlite3.connect(sys.argv[1])\n"
        "try: c.execute('INSERT INTO about VALUES (1, 2)')\n"
        "except sqlite3.Error as error: print(error)"
    )
    place = str(path).replace(str(tmp_path), ".")
    done = subprocess.run(
        [sys.executable, "-c", code, place], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if done.stdout:  # other folders above it may be closed to that user
        file = DataFile(path)
        with pytest.raises(DataFileError, match=r"it is read-only|it cannot be opened"), file.explained():
            raise sqlite3.OperationalError(done.stdout.strip())
        file.close()


def test_a_file_system_that_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found out before anything is written, also where the user is root."""
    path = tmp_path / "x.db"
    DataFile(path).close()
    monkeypatch.setattr(os, "access", lambda path, mode: path.is_file())
    with pytest.raises(DataFileError, match="it is read-only: name a file that can be written"):
        DataFile(path)


def test_each_cause(tmp_path: Path) -> None:
    """What SQLite says is explained; what is not known is passed on."""
    file = DataFile(tmp_path / "x.db")
    for said, text in (
        ("attempt to write a readonly database", "it is read-only: name a file that can be written"),
        ("database is locked", "another program uses it"),
        ("database or disk is full", "the disk is full"),
        ("disk I/O error", "the disk cannot be read or written"),
        ("no such collation", "no such collation"),
    ):
        with pytest.raises(DataFileError) as caught, file.explained():
            raise sqlite3.OperationalError(said)
        assert str(caught.value).startswith(f"{file.path}: {text}")
    file.close()


def test_a_file_of_another_version(tmp_path: Path) -> None:
    """It is refused with what to do, and stays as it is."""
    path = tmp_path / "x.db"
    file = DataFile(path)
    file.set_about(version="0.0.1", layout="other", keys="{}")
    file.close()
    content = path.read_bytes()
    with pytest.raises(DataFileError) as caught:
        DataFile(path)
    assert str(caught.value).startswith(f"{path} was written by pytest-customerio 0.0.1, and this is ")
    assert path.read_bytes() == content
    connection = sqlite3.connect(path)
    assert dict(connection.execute("SELECT name, value FROM about"))["layout"] == "other"
    connection.close()


def test_all_or_nothing(tmp_path: Path) -> None:
    """Where one row cannot be written, none is; several entries of one request are written together."""
    file = DataFile(tmp_path / "x.db")
    file.append([b"one", b"two"], 1, b"logged")
    with pytest.raises(DataFileError, match="datatype mismatch|NOT NULL|type 'object' is not supported"):
        file.append([b"three", object()])  # type: ignore[list-item]
    assert (file.journal(), file.log()) == ([b"one", b"two"], [b"logged"])
    file.save("current", b"")
    assert (file.journal(), file.log()) == ([], [b"logged"])
    file.close()


def test_calls_are_bounded(tmp_path: Path) -> None:
    """The oldest calls to webhooks go where there are too many; the size of all is looked at now and then."""
    file = DataFile(tmp_path / "x.db")
    for number in range(1, WEIGH_CALLS_EVERY):
        file.add_call(number, b"123456789", 50, 25)
    assert len(file.calls()) == 50
    file.add_call(WEIGH_CALLS_EVERY, b"last", 50, 25)
    assert file.calls() == [b"123456789", b"123456789", b"last"]
    file.close()
