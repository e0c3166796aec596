"""`.gitattributes`, with which git merges the lines of two branches."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.reporting.baseline.attributes import let_git_merge
from pytest_customerio.reporting.baseline.entries import Entry, read, text


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The root of a work tree of git."""
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        (None, "b.jsonl", "b.jsonl merge=union\n"),
        ("*.png binary\n", "b.jsonl", "*.png binary\nb.jsonl merge=union\n"),
        ("*.png binary", "my b.jsonl", '*.png binary\n"my b.jsonl" merge=union\n'),
    ],
)
def test_a_line_is_added(repository: Path, before: str | None, name: str, after: str) -> None:
    """What stands there stays; the second time nothing is added."""
    if before is not None:
        (repository / ".gitattributes").write_text(before, encoding="utf-8")
    assert let_git_merge(repository / name)
    assert not let_git_merge(repository / name)
    assert (repository / ".gitattributes").read_text(encoding="utf-8") == after


@pytest.mark.parametrize(
    "said", ["*.jsonl merge=union", "gate/b.jsonl -merge", '# c\n"b.jsonl" text merge=ours', "b.jsonl binary merge"]
)
def test_what_the_project_says_comes_first(repository: Path, said: str) -> None:
    """In a folder around it too."""
    (repository / "gate").mkdir()
    (repository / ".gitattributes").write_text(f"{said}\n", encoding="utf-8")
    assert not let_git_merge(repository / "gate" / "b.jsonl")
    assert not (repository / "gate" / ".gitattributes").exists()


def test_outside_of_git_nothing_is_added(tmp_path: Path) -> None:
    """No folder around it is one of git's, as far as a temporary folder knows."""
    assert not let_git_merge(tmp_path / "b.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_attributes_that_are_no_text(repository: Path) -> None:
    """They say nothing in a folder around it."""
    (repository / "gate").mkdir()
    (repository / ".gitattributes").write_bytes(b"\xff\xfe")
    assert let_git_merge(repository / "gate" / "b.jsonl")


def test_attributes_that_cannot_be_written(repository: Path) -> None:
    """The baseline is written all the same, so this is no mistake."""
    (repository / ".gitattributes").mkdir()
    assert not let_git_merge(repository / "b.jsonl")


def _entries(*names: str, reason: str = "") -> str:
    found = [Entry(Fingerprint(f"crm.py::{name}", "track.event", "outcome"), ("t.py::t",)) for name in names]
    return text([one._replace(reason=reason) if one.fingerprint.at.endswith("::b") else one for one in found])


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_two_branches_merge_by_git_alone(tmp_path: Path) -> None:
    """Both added, dropped and explained neighbouring lines. What one of them dropped may come back, and is stale then."""

    def git(*args: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *args], cwd=tmp_path, check=True, capture_output=True)

    def commit(content: str) -> None:
        file.write_text(content, encoding="utf-8")
        git("add", "--all")
        git("commit", "--message=update")

    file = tmp_path / "b.jsonl"
    git("init", "--quiet", "--initial-branch=main")
    let_git_merge(file)
    commit(_entries("a", "b", "d", "e"))
    git("checkout", "--quiet", "-b", "ours")
    commit(_entries("a", "b", "c1", "e", reason="May"))
    git("checkout", "--quiet", "main")
    commit(_entries("b", "c2", "d", "e"))
    git("merge", "ours")
    merged = read(file)
    added = {one.at for one in merged}
    assert {"crm.py::b", "crm.py::c1", "crm.py::c2", "crm.py::e"} <= added
    assert merged[Fingerprint("crm.py::b", "track.event", "outcome")].reason == "May"
