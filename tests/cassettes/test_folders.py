"""Where cassettes lie: which files of a folder are cassettes, and which are recordings of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.cassettes.folders import cassettes_below, is_recording_of_test
from pytest_customerio.core.data import DataError

SURFACES = ("app", "track")
RECORDING = "# Recorded by `pytest --cio-record`, which writes it anew.\nversion: 1\n"


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_files_by_surface_and_name(tmp_path: Path) -> None:
    """A name in two folders has two files, in the order of the folders; other files are passed over."""
    first, second = (put(tmp_path / folder / "track" / "a.yaml") for folder in ("one", "two"))
    other = put(tmp_path / "one" / "app" / "a.yml")
    put(tmp_path / "one" / "README.md")
    put(tmp_path / "one" / "elsewhere" / "data.json")
    found = cassettes_below([tmp_path / "one", tmp_path / "two"], SURFACES)
    assert found == {("app", "a"): [other], ("track", "a"): [first, second]}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("trak/a.yaml", "no such surface: 'trak'; did you mean track? There are app, track"),
        ("a.yaml", "a cassette lies in a folder named after its surface: app, track"),
    ],
)
def test_a_cassette_in_the_wrong_place(tmp_path: Path, name: str, cause: str) -> None:
    """A file that would never be used is an error."""
    path = put(tmp_path / name)
    with pytest.raises(DataError) as met:
        cassettes_below([tmp_path], SURFACES)
    assert (met.value.path, met.value.cause) == (path, cause)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """A missing folder is an error: the ini names it."""
    with pytest.raises(DataError, match="missing: no such folder"):
        cassettes_below([tmp_path / "missing"], SURFACES)


def test_recordings_of_tests_may_lie_in_the_same_folder(tmp_path: Path) -> None:
    """A recording is known by its first line, and is no cassette of a case."""
    path = put(tmp_path / "test_app" / "test_a.yaml", RECORDING)
    assert is_recording_of_test(path)
    assert cassettes_below([tmp_path], SURFACES) == {}
    assert not is_recording_of_test(put(tmp_path / "a.yaml", "version: 1\n"))
    assert not is_recording_of_test(tmp_path / "none.yaml")
