"""Cassettes that no test of a whole run used: found, and told as a note."""

from __future__ import annotations

from pathlib import Path

from pytest_customerio.drift.orphans import lines, orphans


def made(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def test_orphans(tmp_path: Path) -> None:
    """Files of either suffix at any depth, in order, without those that were used, whatever their path is written as."""
    used, left, other, _ = made(tmp_path, "b/used.yaml", "b/left.yaml", "a/other.yml", "a/README.md")
    assert orphans(tmp_path, [used.parent / ".." / "b" / "used.yaml"]) == [other, left]
    assert orphans(tmp_path, [used, left, other]) == []


def test_no_folder(tmp_path: Path) -> None:
    """Nothing is missed."""
    assert orphans(tmp_path / "none", []) == []


def test_lines(tmp_path: Path) -> None:
    """Relative to the project, where they are in it; a few of many."""
    assert lines([], tmp_path) == []
    assert lines([tmp_path / "b.yaml", tmp_path / "a.yaml"], tmp_path) == [
        "cassettes that no test used:",
        "  a.yaml",
        "  b.yaml",
    ]
    assert lines([Path("/elsewhere/a.yaml")], tmp_path)[1] == "  /elsewhere/a.yaml"
    assert lines([tmp_path / f"{n}.yaml" for n in range(12)], tmp_path)[-1] == "  (and 2 more)"
