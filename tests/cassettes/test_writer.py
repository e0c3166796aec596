"""A cassette is written completely or not at all; vcrpy, PyYAML and we read it."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import requests
import vcr
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.recording.scrub import Exchange
from pytest_customerio.cassettes.writer import WriteError, interaction, text
from pytest_customerio.core.model import Answer, WireRequest

ROOT = Path(writer.__file__).parents[2]
EXCHANGE = Exchange(
    WireRequest("PUT", "https://track.customer.io/api/v1/customers/42", {"Content-Type": "application/json"}, b'{"a":"\xc3\xa4"}'),
    Answer(200, "OK", (("Content-Type", "a/b"), ("X-A", "1"), ("X-A", "2")), b"{}\n"),
)  # fmt: skip


OLD = "# Recorded by us, long ago.\n"


def write(path: Path, content: str) -> None:
    """Write a file where none is, or one of ours."""
    writer.write(path, content, replaces="Recorded by us")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_vcrpy_plays_it(tmp_path: Path) -> None:
    """vcrpy plays a file of ours, with members in it that vcrpy does not know."""
    path = tmp_path / "one.yaml"
    write(path, text("About.", {"source": "recorded"}, [interaction(EXCHANGE, match="x")]))
    with vcr.use_cassette(str(path), record_mode="none"):
        answer = requests.put(EXCHANGE.request.url, data=EXCHANGE.request.body, timeout=1)
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (200, "{}\n", "a/b")


def test_how_it_reads() -> None:
    """A file has a first line for people, the metadata, and one line for each interaction."""
    empty = Exchange(WireRequest("GET", "https://api.customer.io/v1/segments", {}, b""), Answer(204, ""))
    assert text("About.", {"source": "recorded", "region": "us"}, [interaction(EXCHANGE), interaction(empty)]) == (
        "# About.\n"
        "version: 1\n"
        "metadata:\n"
        '  source: "recorded"\n'
        '  region: "us"\n'
        "interactions:\n"
        '- {"request": {"method": "PUT", "uri": "https://track.customer.io/api/v1/customers/42", "body": '
        '"{\\"a\\":\\"ä\\"}", "headers": {"Content-Type": ["application/json"]}}, "response": {"status": {"code": 200, '
        '"message": "OK"}, "headers": {"Content-Type": ["a/b"], "X-A": ["1", "2"]}, "body": {"string": "{}\\n"}}}\n'
        '- {"request": {"method": "GET", "uri": "https://api.customer.io/v1/segments", "body": null, "headers": {}}, '
        '"response": {"status": {"code": 204, "message": ""}, "headers": {}, "body": {"string": ""}}}\n'
    )


@given(st.text())
def test_any_text_is_yaml_and_json(value: str) -> None:
    """Any text, with unusual line ends and control characters in it, is read the same by YAML and JSON."""
    shown = text("About.", {"note": value}, [{"request": value}])
    line = shown.splitlines()[-1] if "\x1c" not in shown else shown.rstrip("\n").split("\n")[-1]
    assert json.loads(line[2:]) == {"request": value}
    loaded = yaml.safe_load(shown.encode("utf-8")) if value.isprintable() else yaml.safe_load(shown)
    if not any("\ud800" <= sign <= "\udfff" for sign in value):
        assert loaded["metadata"]["note"] == loaded["interactions"][0]["request"] == value


def test_a_new_file_in_new_folders(tmp_path: Path) -> None:
    """A new file has the rights of a new file, and nothing else is left beside it."""
    path = tmp_path / "a" / "b" / "one.yaml"
    write(path, "ä")
    assert path.read_text(encoding="utf-8") == "ä"
    other = tmp_path / "other"
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode
    assert files(tmp_path) == ["one.yaml", "other"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Where the path is a link, the file that it leads to is replaced."""
    (tmp_path / "real.yaml").write_text(OLD)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")
    write(tmp_path / "link.yaml", "new")
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "new"


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, "the disk is full, or a limit of its size is reached"),
        (errno.EDQUOT, "the disk is full, or a limit of its size is reached"),
        (errno.EACCES, "no permission to write there"),
        (errno.EROFS, "no permission to write there"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_what_goes_wrong_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, why: str
) -> None:
    """Whatever call of the system fails, the old file stays; the message says which file, why, and that it stays."""
    path = tmp_path / "one.yaml"
    path.write_text(OLD)

    def fails(*args: Any, **kwargs: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writer.os, call, fails)
    with pytest.raises(WriteError) as caught:
        write(path, "new")
    monkeypatch.undo()
    assert str(caught.value) == f"{path} cannot be written: {why}; the file that is there stays as it was"
    assert (path.read_text(), files(tmp_path)) == (OLD, ["one.yaml"])


def test_a_disk_that_is_full_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that becomes full after some bytes leaves the old file."""
    real, path = os.write, tmp_path / "one.yaml"

    def half(file: int, data: memoryview) -> int:
        if len(data) < 50:
            raise OSError(errno.ENOSPC, "no space")
        return real(file, data[:30])

    monkeypatch.setattr(writer.os, "write", half)
    with pytest.raises(WriteError, match="the disk is full.*; nothing was written$"):
        write(path, "n" * 100)
    assert files(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_a_real_limit(tmp_path: Path) -> None:
    """A real limit on the size of files, which the system enforces, leaves the old file."""
    path = tmp_path / "one.yaml"
    path.write_text(OLD)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(WriteError, match="the disk is full, or a limit of its size is reached; the file"):
            write(path, "n" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert (path.read_text(), files(tmp_path)) == (OLD, ["one.yaml"])


def test_an_interruption_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """KeyboardInterrupt is raised on, and leaves the old file and nothing beside it."""
    path = tmp_path / "one.yaml"
    path.write_text(OLD)

    def interrupted(file: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(path, "new")
    assert (path.read_text(), files(tmp_path)) == (OLD, ["one.yaml"])


@pytest.mark.parametrize("moment", ["half", "full", "placed"])
def test_a_killed_recorder_leaves_the_old_file_or_the_new_one(tmp_path: Path, moment: str) -> None:
    """A process that is killed while it writes, or just before or after the replacing, leaves a complete file."""
    path = tmp_path / "one.yaml"
    path.write_text(OLD * 1000)
    program = f"""
        import os, signal, sys
        from pathlib import Path
        from pytest_customerio.cassettes import writer

        def die(*args):
            os.kill(os.getpid(), signal.SIGKILL)

        write, replace = os.write, os.replace
        if {moment!r} == "half":
            writer.os.write = lambda file, data: die() if len(data) < 2000 else write(file, data[:1000])
        elif {moment!r} == "full":
            writer.os.replace = die
        else:
            writer.os.replace = lambda *args: (replace(*args), die())
        writer.write(Path(sys.argv[1]), "new" * 1000, replaces="Recorded by us")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert path.read_text() == ("new" if moment == "placed" else OLD) * 1000
    assert [name for name in files(tmp_path) if name.endswith(".yaml")] == ["one.yaml"]


@pytest.mark.skipif(os.name != "posix", reason="no such permissions there")
def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without permission to write is an error; the text names the cause. Root may write everywhere."""
    write(tmp_path / "first.yaml", "new")  # another user may not read what this imports
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(WriteError, match="no permission to write there; nothing was written"):
            write(Path("one.yaml"), "new")
    finally:
        os.seteuid(user)
        tmp_path.chmod(0o700)


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    """A file in the place of a folder is an error; the text names the cause."""
    (tmp_path / "a").touch()
    with pytest.raises(WriteError, match=r"one\.yaml cannot be written: .*; nothing was written$"):
        write(tmp_path / "a" / "one.yaml", "new")


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_of_somebody_else_stays(tmp_path: Path, linked: bool) -> None:
    """A file that is no recording is not replaced, nor is one that a link leads to."""
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text("interactions: []")
    path = tmp_path / "link.yaml" if linked else theirs
    if linked:
        path.symlink_to(theirs)
    with pytest.raises(WriteError) as caught:
        write(path, "new")
    assert str(caught.value) == f"{path} is there, and was not recorded: move it away, or record into another folder"
    assert theirs.read_text() == "interactions: []"


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """A file that was being filled long ago is removed; one that may be being filled now, and any other, stays."""
    old, new, other = (
        tmp_path / name for name in (".one.yaml.0123abcd.tmp", ".one.yaml.89abcdef.tmp", ".one.yaml.x.tmp")
    )
    for path in (old, new, other):
        path.write_text("half")
    for path in (old, other):
        os.utime(path, (0, 0))
    write(tmp_path / "one.yaml", "new")
    assert files(tmp_path) == [".one.yaml.89abcdef.tmp", ".one.yaml.x.tmp", "one.yaml"]
