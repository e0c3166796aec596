"""Report files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_customerio.reporting.formats.files import write


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure while writing leaves the old file and no other file."""
    path = tmp_path / "new" / "report.json"
    write(path, "first\n")
    assert path.read_bytes() == b"first\n"
    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(os, "replace", _full)
        write(path, "second\n")
    assert path.read_bytes() == b"first\n"
    assert [file.name for file in path.parent.iterdir()] == ["report.json"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    """What it leads to is written, as by any other program."""
    link, target = tmp_path / "report.md", tmp_path / "target.md"
    link.symlink_to(target)
    write(link, "text")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"text")


def test_a_report_is_for_others_too(tmp_path: Path) -> None:
    """Whom the umask lets may read the file, as any other file that pytest writes."""
    (tmp_path / "other").touch()
    write(tmp_path / "report.html", "<!doctype html>")
    assert (tmp_path / "report.html").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_utf_8_cannot_encode_is_no_reason_to_write_nothing(tmp_path: Path) -> None:
    """Half of a surrogate pair, as in the name of a file that is no UTF-8, becomes a question mark."""
    path = tmp_path / "report.md"
    write(path, "caf\udce9 \u00e9")
    assert path.read_bytes() == "caf? \u00e9".encode()


def _full(*_: object) -> None:
    raise OSError("the disk is full")


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    """Half of a report lies beside it where its process was killed; one that may be being written stays."""
    left, fresh, other = (tmp_path / name for name in (".a.json.0123abcd", ".a.json.89abcdef", ".a.json.backup"))
    for path in (left, fresh, other):
        path.touch()
    os.utime(left, (0, 0))
    os.utime(other, (0, 0))
    write(tmp_path / "a.json", "{}")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a.json", fresh, other])
