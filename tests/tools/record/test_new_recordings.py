"""The recordings of tests are made from what a target answers: scrubbed, with provenance, one file for each test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from echo import CATALOG, TARGET, URL, Echo, look, put, recorded, said

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.recording.answers import RecordedAnswers
from pytest_customerio.cassettes.recording.matching import MARK
from pytest_customerio.cassettes.recording.playing import RecordingError, path_of
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.tools.record.new_recordings import NewRecording, NewRecordings
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Keys, Target


def test_what_is_in_the_file(tmp_path: Path) -> None:
    """The file holds provenance and fakes, and neither a person nor a credential."""
    path = recorded(tmp_path, put("jane", email="jane@corp.org"), look())
    text = path.read_text()
    assert not [one for one in ("jane", "corp", "secret", "dGhlaXJz", "track-key-1", "echo.invalid") if one in text]
    head = text.partition("interactions:")[0]
    assert '  source: "recorded"\n' in head
    assert (
        '  environment: "an echo"\n  note: "answered by a sandbox; how sure the sandbox is: observed"\n  region: "us"\n'
        in head
    )
    assert '  request: "test_app.py::test_one"\n' in head
    assert '"pytest-customerio"' in head


def test_the_mark_is_beside_the_answer(tmp_path: Path) -> None:
    """The mark by which a request is found stands in the response, where vcrpy passes over it."""
    line = recorded(tmp_path, put("a-1")).read_text().splitlines()[-1]
    assert json.loads(line[2:])["response"][MARK]["names"] == ["id-1"]


def test_what_cannot_be_recorded(tmp_path: Path) -> None:
    """A request that is no operation, has no key or comes after the test is answered as without a recording."""
    path = tmp_path / "one.yaml"
    recording = NewRecording(path, "t", CATALOG, Echo("workspace", "", "us", Keys("s", "t")))
    assert recording.answer(WireRequest("GET", "https://track.customer.io/api/v1/unheard", {}, b"")) is None
    assert recording.answer(look()) is None
    recording.save(passed=True)
    assert (recording.written, path.exists()) == (None, False)
    assert recording.answer(put()) is None


def test_a_test_that_failed_leaves_the_old_recording(tmp_path: Path) -> None:
    """A test that failed writes nothing; that nothing was written is reported."""
    path = recorded(tmp_path, put())
    before = path.read_bytes()
    recording = NewRecording(path, "t", CATALOG, TARGET)
    recording.answer(put(n=9))
    recording.save(passed=False)
    assert (recording.written, path.read_bytes()) == (("t", 0), before)


def test_the_targets_key_takes_the_place_of_the_applications(tmp_path: Path) -> None:
    """The target's key replaces the application's, in the kind that the application sent; none replaces none."""
    asked: list[str | None] = []

    class Listening(Echo):
        def ask(self, request: WireRequest, place: str, operation: Any, authorization: str | None) -> Answer:
            asked.append(authorization)
            return Answer(200)

    recording = NewRecording(
        tmp_path / "a.yaml", "t", CATALOG, Listening("sandbox", "", "us", Keys("s", "t", "a"), "http://x")
    )
    url = URL.format("42")
    for header in ("Basic dGhlaXJz", "Bearer theirs", "", "Digest theirs"):
        recording.answer(WireRequest("PUT", url, {"authorization": header} if header else {}, b"{}"))
    recording.answer(look())
    assert asked[0] == "Basic czp0"
    assert (asked[1] or "").startswith("Bearer 000")
    assert asked[2] is None
    assert (asked[3] or "").startswith("Basic MDAw")
    assert asked[4] == "Bearer a"


def test_a_target_that_is_gone(tmp_path: Path) -> None:
    """A target that does not answer is an error of the recording."""
    recording = NewRecording(
        tmp_path / "a.yaml", "t", CATALOG, Target("sandbox", "", "us", Keys("s", "t"), "http://127.0.0.1:1")
    )
    with pytest.raises(RecordingError, match=r"--cio-record: http://127\.0\.0\.1:1 gives no answer: "):
        recording.answer(put())


def test_a_fault_is_recorded(tmp_path: Path) -> None:
    """A request that timed out is a fault for the application, and in the recording; the next attempt is asked anew."""

    class Failing(Echo):
        def ask(self, request: WireRequest, place: str, operation: Any, authorization: str | None) -> Answer:
            if not faults:
                return super().ask(request, place, operation, authorization)
            raise UnreachableError("gone", faults.pop())

    faults = ["connection-reset", "read-timeout"]
    path = tmp_path / "one.yaml"
    recording = NewRecording(path, "t", CATALOG, Failing("sandbox", "", "us", Keys("site-x", "key-x"), "http://x"))
    found = [recording.answer(put(n=1)) for _ in range(3)]
    recording.save(passed=True)
    assert [(one.status, one.fault) for one in found if one] == [
        (0, "read-timeout"), (0, "connection-reset"), (200, None)
    ]  # fmt: skip
    played = RecordedAnswers(path, CATALOG)
    again = [played.answer(put(n=1)) for _ in range(3)]
    assert [(one.status, one.fault) for one in again if one] == [
        (0, "read-timeout"), (0, "connection-reset"), (200, None)
    ]  # fmt: skip
    assert played.drift() == []


def test_operations_without_a_key(tmp_path: Path) -> None:
    """The recording lists the operations that the target had no key for."""
    path = tmp_path / "one.yaml"
    recording = NewRecording(path, "t", CATALOG, Echo("workspace", "", "us", Keys("site-x", "key-x")))
    recording.answer(put(n=1))
    assert recording.answer(look()) is None
    recording.save(passed=True)
    assert '  unasked: ["app.person_attributes"]\n' in path.read_text()


def test_a_credential_in_an_answer_is_never_written(tmp_path: Path) -> None:
    """A credential in a place that scrubbing keeps, such as a member's name, stops the writing."""

    class Leaking(Echo):
        def ask(self, request: WireRequest, place: str, operation: Any, authorization: str | None) -> Answer:
            return Answer(200, "OK", (), b'{"TrackKeyOfSomebody": 1}')

    path = recorded(tmp_path, put())
    before = path.read_bytes()
    recording = NewRecording(
        path, "t", CATALOG, Leaking("sandbox", "", "us", Keys("site-x", "TrackKeyOfSomebody"), "http://x")
    )
    recording.answer(put())
    with pytest.raises(RecordingError, match=r"^--cio-record: one\.yaml: a credential is still in it$"):
        recording.save(passed=True)
    assert path.read_bytes() == before


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be written is an error of the recording."""

    def full(*args: Any) -> int:
        raise OSError(28, "No space left on device")

    recording = NewRecording(tmp_path / "a.yaml", "t", CATALOG, TARGET)
    recording.answer(put())
    monkeypatch.setattr(writer.os, "write", full)
    with pytest.raises(
        RecordingError, match="the disk is full, or a limit of its size is reached; nothing was written"
    ):
        recording.save(passed=True)


def test_a_sandbox_of_our_own_is_asked_where_none_is_named(tmp_path: Path) -> None:
    """Without a target in the environment a sandbox runs while the recordings are open; a test begins it anew."""
    recordings = NewRecordings(tmp_path, CATALOG, {})
    assert recordings.of("test_app.py::test_one") is None
    with recordings.opened():
        recording = recordings.of("test_app.py::test_one")
        assert recording is not None
        answer = recording.answer(put())
        assert answer is not None
        assert answer.status == 200
        recording.save(passed=True)
    assert path_of(tmp_path, "test_app.py::test_one").is_file()
    assert not recordings.plays("test_app.py::test_one")


def test_a_target_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that the environment names is asked; it is open already."""
    monkeypatch.setattr("pytest_customerio.tools.record.new_recordings.find_target", lambda *_: TARGET)
    recordings = NewRecordings(tmp_path, CATALOG)
    with recordings.opened():
        recording = recordings.of("test_app.py::test_one")
    assert recording is not None
    assert said(recording.answer(put()))["who"] == "jane"


def test_a_target_that_must_not_be_asked(tmp_path: Path) -> None:
    """Credentials without the id of their workspace are a mistake in the settings, and nothing is sent."""
    with pytest.raises(SettingsError, match="^--cio-record: CUSTOMERIO_SITE_ID is set, but not CIO_SANDBOX_WORKSPACE"):
        NewRecordings(tmp_path, CATALOG, {"CUSTOMERIO_SITE_ID": "5f2a9c81d37be604"})
