"""Whether the libraries that pytest-customerio needs are there in a version that it works with."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.core.requirements import Outdated, outdated


def put(folder: Path, name: str, version: str, *needs: str) -> None:
    """The metadata of a package, as pip leaves them in a folder."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("version", "found"),
    [("2.6.0", [Outdated("jsonschema", "2.6.0", "jsonschema>=4.23")]), ("4.23.0", []), ("5.0.0rc1", []), ("", [])],
)
def test_a_library_that_is_too_old(tmp_path: Path, version: str, found: list[Outdated]) -> None:
    """A library is named where its version is not the one that is needed; extras and what is missing are not."""
    put(tmp_path, "pytest-customerio", "0.1.0", "jsonschema>=4.23", "lxml>=6 ; extra == 'sandbox'")
    put(tmp_path, "lxml", "1.0")
    if version:
        put(tmp_path, "jsonschema", version)
    assert list(outdated([str(tmp_path)])) == found


def test_without_metadata_of_ours_nothing_is_outdated(tmp_path: Path) -> None:
    """A checkout that is not installed says nothing about libraries."""
    put(tmp_path, "jsonschema", "2.6.0")
    assert list(outdated([str(tmp_path)])) == []


def test_where_this_suite_runs_nothing_is_outdated() -> None:
    """By default the folders of `sys.path` are searched."""
    assert list(outdated()) == []


def test_what_is_said_about_it() -> None:
    """The problem names both versions; the cure is a command."""
    found = Outdated("jsonschema", "2.6.0", "jsonschema>=4.23")
    assert found.problem == "jsonschema 2.6.0 is installed, and pytest-customerio needs jsonschema>=4.23"
    assert found.cure == 'pip install "jsonschema>=4.23"'
