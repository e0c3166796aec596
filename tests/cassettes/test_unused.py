"""Cassettes that no test of a whole run used are found, and listed in a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.cassettes.unused import WholeRun, lines, unused_cassettes, unused_recordings

RECORDING = "# Recorded by `pytest --cio-record`, which writes it anew.\nversion: 1\n"


def made(folder: Path, *names: str, text: str = RECORDING) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return paths


def row(nodeid: str, operation: str = "track.event", case: str | None = None) -> dict[str, str | None]:
    return {"nodeid": nodeid, "operation": operation, "case": case}


def test_recordings(tmp_path: Path) -> None:
    """A recording is unused if its test is gone, or passed and sent nothing; not if its test was skipped or failed."""
    made(tmp_path, "heard.yaml", "skipped.yaml", "failed.yaml", "a/gone.yml", "silent.yaml")
    made(tmp_path, "theirs.yaml", "customerio/track/200-ok.yaml", text="version: 1\n")
    made(tmp_path, "a/README.md")
    ran = WholeRun(
        tests=frozenset({"heard", "skipped", "failed", "silent"}),
        passed=frozenset({"heard", "silent"}),
        rows=[row("heard")],
    )
    found = unused_recordings(tmp_path, lambda nodeid: tmp_path / "a" / ".." / f"{nodeid}.yaml", ran)
    assert found == [tmp_path / "a" / "gone.yml", tmp_path / "silent.yaml"]


def test_no_folder(tmp_path: Path) -> None:
    """Without a folder nothing is unused."""
    nothing = WholeRun(frozenset(), frozenset(), [])
    assert unused_recordings(tmp_path / "none", Path, nothing) == []
    assert unused_cassettes([], nothing) == []


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be read is not listed."""

    def closed(path: Path, *args: object) -> None:
        raise PermissionError

    made(tmp_path, "closed.yaml")
    monkeypatch.setattr(Path, "open", closed)
    assert unused_recordings(tmp_path, Path, WholeRun(frozenset(), frozenset(), [])) == []


def test_cassettes(tmp_path: Path) -> None:
    """A case that ran in either mode used its cassette; any request of a surface used the successes of it."""
    names = ["app/200-ok", "app/429-rate-limited", "track/200-ok", "track/429-rate-limited", "track/503-unavailable"]
    files = made(tmp_path, *(f"{name}.yaml" for name in names))
    rows = [row("a", case="429-rate-limited-persists"), row("b", case="503-unavailable-recovers")]
    assert unused_cassettes([tmp_path], WholeRun(frozenset("ab"), frozenset("ab"), rows)) == files[:2]
    assert unused_cassettes([tmp_path], WholeRun(frozenset("a"), frozenset(), [row("a")])) == [*files[:2], *files[3:]]


def test_lines(tmp_path: Path) -> None:
    """Each file is listed once, relative to the project where it is inside; of many files a few are listed."""
    assert lines([], tmp_path) == []
    assert lines([tmp_path / "b.yaml", tmp_path / "a.yaml", tmp_path / "a.yaml"], tmp_path) == [
        "cassettes that no test used:",
        "  a.yaml",
        "  b.yaml",
    ]
    assert lines([Path("/elsewhere/a.yaml")], tmp_path)[1] == "  /elsewhere/a.yaml"
    assert lines([tmp_path / f"{n}.yaml" for n in range(12)], tmp_path)[-1] == "  (and 2 more)"
