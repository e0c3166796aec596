"""Older recordings are written in today's form, at today's place; nothing is half-written."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from echo import CATALOG, look, put, recorded, said

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.recording import form
from pytest_customerio.cassettes.recording.answers import RecordedAnswers
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer
from pytest_customerio.tools.commands import CommandError
from pytest_customerio.tools.record import migration
from pytest_customerio.tools.record.migration import migrate

NEW = Path("cassettes", "recorded", "test_app", "test_one.yaml")
OLD = Path("cassettes", "test_app", "test_one.yaml")
# What the first form wrote of the same exchange: own data that looked harmless stayed.
FIRST = """\
# Recorded by `pytest --cio-record`, which writes it anew.
version: 1
metadata:
  source: "recorded"
  date: 2026-10-01
  environment: "a sandbox of pytest-customerio's own"
  request: "test_app.py::test_one"
interactions:
- {"request": {"method": "PUT", "uri": "https://track.customer.io/api/v1/customers/id-1", \
"body": "{\\"plan\\":\\"gold\\",\\"email\\":\\"person-1@example.com\\"}", "headers": {"Content-Type": ["application/json"]}}, \
"response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "{\\"who\\":\\"id-1\\"}"}, \
"match": {"key": "by other rules", "names": ["id-1", "person-1@example.com"], "of": 1}}}
"""


def put_file(root: Path, path: Path, text: str = FIRST) -> Path:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    return root / path


def run(root: Path, *words: str, dry_run: bool = False) -> str:
    written: list[str] = []
    migrate(argparse.Namespace(words=list(words), dry_run=dry_run), root, written.append)
    return "".join(written)


@pytest.mark.parametrize("place", [OLD, NEW, Path("cassettes", "elsewhere", "one.yml")])
def test_an_older_recording(tmp_path: Path, place: Path) -> None:
    """It is written at the place of its test, with number, digest and marks, scrubbed by today's rules."""
    old = put_file(tmp_path, place)
    moved = f" -> {NEW.as_posix()}" if place != NEW else ""
    assert run(tmp_path) == f"  {place.as_posix()}{moved}\n1 of 1 older recordings written in today's form\n"
    assert old.exists() == (place == NEW)
    assert old.parent.exists() == (place == NEW)
    document = Document(tmp_path / NEW)
    assert (form.form_of(document), form.is_edited(document)) == (form.FORM, False)
    assert document.data["metadata"]["date"] == "2026-10-01"
    assert json.loads(document.data["interactions"][0]["request"]["body"]) == {
        "plan": "text-1", "email": "person-1@example.com"
    }  # fmt: skip
    answers = RecordedAnswers(tmp_path / NEW, CATALOG)
    assert said(answers.answer(put("joe", plan="silver", email="joe@corp.org")))["who"] == "joe"
    assert answers.drift() == []
    assert run(tmp_path) == "no recording below cassettes/ has an older form\n"


def test_what_stays(tmp_path: Path) -> None:
    """Recordings in today's form, cassettes of others and other files stay as they are; without a folder too."""
    assert run(tmp_path) == "no recording below cassettes/ has an older form\n"
    (tmp_path / NEW).parent.mkdir(parents=True)
    recorded(tmp_path, put(), look()).rename(tmp_path / NEW)
    theirs = put_file(tmp_path, Path("cassettes", "test_app", "test_two.yaml"), "interactions: []")
    before = (tmp_path / NEW).read_bytes()
    assert run(tmp_path) == "no recording below cassettes/ has an older form\n"
    assert ((tmp_path / NEW).read_bytes(), theirs.read_text()) == (before, "interactions: []")


def test_todays_form_at_the_former_place(tmp_path: Path) -> None:
    """It is moved as it is, so that an edit is still seen; it lies beside others where it names no test."""
    text = recorded(tmp_path, put()).read_text().replace('"request": "test_app.py::test_one"', '"request": "x"')
    text = text.replace('request: "test_app.py::test_one"', 'request: "x"')
    put_file(tmp_path, OLD, text)
    run(tmp_path)
    assert (tmp_path / NEW).read_text() == text
    assert form.is_edited(Document(tmp_path / NEW))


def test_two_recordings_of_one_test(tmp_path: Path) -> None:
    """A newer recording is never replaced by an older one, and of two older ones one is written."""
    put_file(tmp_path, OLD)
    copy = put_file(tmp_path, Path("cassettes", "test_copy", "test_one.yaml"))
    assert run(tmp_path) == (
        f"  {OLD.as_posix()} -> {NEW.as_posix()}\n"
        f"  cassettes/test_copy/test_one.yaml -> {NEW.as_posix()}: there is another one of this test: "
        "delete one of the two\n"
        "1 of 2 older recordings written in today's form\n"
    )
    before = (tmp_path / NEW).read_bytes()
    assert "0 of 1 older" in run(tmp_path)
    assert (copy.exists(), (tmp_path / NEW).read_bytes()) == (True, before)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """What would be written is listed."""
    old = put_file(tmp_path, OLD)
    assert run(tmp_path, dry_run=True).endswith("\n1 of 1 older recordings would be written in today's form\n")
    assert (old.exists(), (tmp_path / NEW).exists()) == (True, False)


def test_a_broken_one_stops_all(tmp_path: Path) -> None:
    """All recordings are read before the first is written: nothing is half-written."""
    old = put_file(tmp_path, OLD)
    put_file(tmp_path, Path("cassettes", "test_z.yaml"), FIRST.partition("interactions:")[0])
    with pytest.raises(DataError, match=r"test_z\.yaml:1: not a cassette"):
        run(tmp_path)
    assert (old.read_text(), (tmp_path / NEW).exists()) == (FIRST, False)


def test_words(tmp_path: Path) -> None:
    """The names of cases are no names of recordings."""
    with pytest.raises(CommandError, match="--migrate is about recordings of tests: it takes no CASE"):
        run(tmp_path, "429")


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new file cannot be written, the older one stays."""

    def full(*args: Any) -> int:
        raise OSError(28, "No space left on device")

    old = put_file(tmp_path, OLD)
    monkeypatch.setattr(writer.os, "write", full)
    with pytest.raises(CommandError, match="the disk is full"):
        run(tmp_path)
    assert (old.read_text(), (tmp_path / NEW).exists()) == (FIRST, False)


def test_an_older_file_that_cannot_be_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the older file cannot be removed, the message says that the new one is there."""

    def denied(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    old = put_file(tmp_path, OLD)
    monkeypatch.setattr(Path, "unlink", denied)
    with pytest.raises(CommandError, match=r"test_one\.yaml cannot be removed, .*test_one\.yaml is written"):
        run(tmp_path)
    assert (old.exists(), (tmp_path / NEW).exists()) == (True, True)


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C what is listed is written, and the rest is as it was."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    old = put_file(tmp_path, OLD)
    monkeypatch.setattr(migration, "carry_out", interrupt)
    assert run(tmp_path) == "\nStopped. What is listed is written, the rest is as it was.\n"
    assert old.exists()


def test_a_fault_stays(tmp_path: Path) -> None:
    """A fault in a recording is one after the migration too."""
    put_file(
        tmp_path,
        OLD,
        FIRST.replace('"code": 200', '"code": 0').replace(
            '"headers": {}, "body"', '"headers": {}, "fault": "read-timeout", "body"'
        ),
    )
    run(tmp_path)
    answer = RecordedAnswers(tmp_path / NEW, CATALOG).answer(put("joe", plan="silver", email="joe@corp.org"))
    assert isinstance(answer, Answer)
    assert answer.fault == "read-timeout"
