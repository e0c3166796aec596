"""Data files are found, read, and refused with the line and the cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.core.data import DataError, UnknownNameError, advice, cassettes, read_json, schemas


def test_the_folders_of_data_are_found() -> None:
    """Each folder of data contains the file by which it is recognised."""
    assert (schemas() / "rules.json").is_file()
    assert (cassettes() / "README.md").is_file()
    assert (advice() / "rules.json").is_file()


def test_json_is_read(tmp_path: Path) -> None:
    """A file in UTF-8 is read, also with the mark that editors of Windows put before it."""
    for encoding in ("utf-8", "utf-8-sig"):
        (tmp_path / "x.json").write_text('{"é": 1}', encoding)
        assert read_json(tmp_path / "x.json") == {"é": 1}


def test_json_that_is_broken_is_refused_with_its_line(tmp_path: Path) -> None:
    """The error names the file, the line and the cause."""
    (tmp_path / "x.json").write_text('{\n"a": 1,\n5}', "utf-8")
    with pytest.raises(DataError) as caught:
        read_json(tmp_path / "x.json")
    assert str(caught.value).startswith(f"{tmp_path / 'x.json'}:3: not JSON: ")


@pytest.mark.parametrize("content", [b"\xff", b"[" * 200_000, None])
def test_files_that_cannot_be_read_are_refused(content: bytes | None, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, JSON that is nested too deep, and a missing file are refused."""
    if content is not None:
        (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be read|x.json:1: not UTF-8: byte 0xff"):
        read_json(tmp_path / "x.json")


def test_a_member_that_stands_twice_is_refused_where_that_is_asked_for(tmp_path: Path) -> None:
    """JSON takes the last one in silence."""
    path = tmp_path / "x.json"
    path.write_text('{"a": {"b": 1, "b": 2}}', "utf-8-sig")
    assert read_json(path) == {"a": {"b": 2}}
    with pytest.raises(DataError) as caught:
        read_json(path, unique=True)
    assert str(caught.value) == f"{path}: 'b' stands twice in one object"


def test_an_unknown_name_has_the_nearest_one() -> None:
    """The error holds the nearest name, and all names that are known."""
    error = UnknownNameError("429-rate", "429-rate-limited", ("429-rate-limited",))
    assert (error.name, error.nearest, error.known) == ("429-rate", "429-rate-limited", ("429-rate-limited",))
