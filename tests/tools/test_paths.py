"""The paths that commands are given: one that cannot be used is refused, with what is accepted and the nearest name."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_customerio.tools.paths import existing_file, existing_folder, writable_folder


def refusal(kind: Callable[[str], Path], path: Path | str) -> str:
    """The text with which the path is refused, without the path itself."""
    with pytest.raises(argparse.ArgumentTypeError) as error:
        kind(str(path))
    return str(error.value).removeprefix(f"{str(path)!r} ")


def test_paths_that_exist(tmp_path: Path) -> None:
    """A folder and a file that exist are accepted as they are given."""
    file = tmp_path / "a.json"
    file.touch()
    assert existing_folder(str(tmp_path)) == tmp_path
    assert existing_file(str(file)) == file
    assert existing_file("/dev/null") == Path("/dev/null")


def test_the_nearest_name(tmp_path: Path) -> None:
    """The nearest name of the right kind in the same folder is named; a file is none where a folder is needed."""
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "casettes.yaml").touch()
    assert refusal(existing_folder, tmp_path / "casettes") == (
        f"does not exist; accepted: a folder that exists; did you mean {tmp_path / 'cassettes'}?"
    )
    assert refusal(existing_file, tmp_path / "casette.yaml") == (
        f"does not exist; accepted: a file that exists; did you mean {tmp_path / 'casettes.yaml'}?"
    )
    assert refusal(existing_folder, tmp_path / "xyzzy") == "does not exist; accepted: a folder that exists"


def test_the_other_kind(tmp_path: Path) -> None:
    """A file where a folder is needed, and a folder where a file is needed, are named as what they are."""
    file = tmp_path / "a.json"
    file.touch()
    assert refusal(existing_folder, file) == "is a file; accepted: a folder that exists"
    assert refusal(existing_file, tmp_path) == "is a folder; accepted: a file that exists"
    assert refusal(existing_folder, file / "deep" / "er") == "does not exist; accepted: a folder that exists"


@pytest.mark.parametrize("text", ["x" * 300, "a\0b"], ids=["too long", "NUL"])
def test_names_that_no_file_can_have(text: str) -> None:
    """A name that the file system refuses does not exist."""
    assert refusal(existing_folder, text).startswith("does not exist")
    assert refusal(existing_file, text).startswith("does not exist")


def test_folders_that_can_be_written_to(tmp_path: Path) -> None:
    """A missing folder is accepted where it can be created; nothing is created until then."""
    assert writable_folder(str(tmp_path / "a" / "b")) == tmp_path / "a" / "b"
    assert writable_folder(str(tmp_path)) == tmp_path
    assert list(tmp_path.iterdir()) == []
    file = tmp_path / "a.json"
    file.touch()
    assert refusal(writable_folder, file / "x") == (f"is no folder that can be written to: {file}: Not a directory")
