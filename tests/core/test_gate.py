"""The file of the baseline and the minimum: what is accepted, and what a mistake says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_customerio.core import gate


@pytest.mark.parametrize(
    ("text", "update", "said"),
    [
        ("", True, "names no file; accepted: a file such as contract-baseline.jsonl"),
        ("folder", False, "is a folder, not a file"),
        ("nowhere/b.jsonl", True, "there is no folder {base}/nowhere"),
        ("x" * 300, True, "File name too long"),
        ("loop", False, "Too many levels of symbolic links"),
        ("pipe", False, "is no file, but a device or a pipe"),
        ("null", True, "is no file, but a device or a pipe"),
        ("new.jsonl", False, "there is no such file; the same command with --cio-baseline-update writes it"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, said: str, *, update: bool) -> None:
    """The mistake says what is accepted, or what to do."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "null").symlink_to(os.devnull)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r".") as caught:
        gate.baseline_file(text, tmp_path, update=update)
    assert str(caught.value) == said.format(base=tmp_path)


def test_a_file_that_can_be_used(tmp_path: Path) -> None:
    """One that exists, or with an update one that will."""
    (tmp_path / "b.jsonl").touch()
    assert gate.baseline_file("b.jsonl", tmp_path, update=False) == tmp_path / "b.jsonl"
    assert gate.baseline_file("new.jsonl", tmp_path, update=True) == tmp_path / "new.jsonl"


def test_an_update_needs_a_folder_that_can_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried before any test runs."""
    monkeypatch.setattr(gate, "writable", lambda _: False)
    with pytest.raises(ValueError, match="is no folder that can be written to"):
        gate.baseline_file("b.jsonl", tmp_path, update=True)


@pytest.mark.parametrize("given", ["x", "", "-1", "100.1", "80%", "nan", "inf"])
def test_no_percentage(given: str) -> None:
    """Only a number from 0 to 100 is one."""
    with pytest.raises(ValueError, match="is no percentage; accepted: a number from 0 to 100"):
        gate.percentage(given)


def test_percentages() -> None:
    """From the command line they are texts, from the ini numbers."""
    assert [gate.percentage(given) for given in ("0", "63.5", 80.0, 100)] == [0, 63.5, 80, 100]
