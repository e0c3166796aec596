"""A recording is found by what a request says, and played with the values of the request."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.recording.answers import RecordedAnswers
from pytest_customerio.cassettes.recording.matching import MARK
from pytest_customerio.cassettes.recording.playing import PlayedRecording, PlayedRecordings, RecordingError
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.record.new_recordings import NewRecording
from pytest_customerio.tools.target import Keys, Target

CATALOG = Catalog.load()
URL = "https://track.customer.io/api/v1/customers/{}"
APP = "https://api.customer.io/v1/customers/{}/attributes?id_type=id"
HEADERS = {"authorization": "Basic dGhlaXJzOnNlY3JldC00NzEx", "content-type": "application/json"}
TOKEN = {"authorization": "Bearer secret-4711"}


class Echo(Target):
    """A target that answers with what it was sent."""

    def ask(self, request: WireRequest, place: str, operation: Any, authorization: str | None) -> Answer:
        said = {
            "who": place.partition("/customers/")[2].partition("/")[0],
            "sent": json.loads(request.body or b"null"),
            "number": 4711,
            "number_id": 4711,
            "authorization": bool(authorization),
        }
        headers = (("Content-Type", "application/json"), ("X-Sandbox-Source", "observed"), ("Date", "today"))
        return Answer(200, "OK", headers, json.dumps(said).encode())


TARGET = Echo("sandbox", "an echo", "us", Keys("site-id-1", "track-key-1", "app-key-1"), "http://echo.invalid")


def put(who: str = "jane", **attributes: Any) -> WireRequest:
    return WireRequest("PUT", URL.format(who), HEADERS, json.dumps(attributes).encode())


def look(who: str = "jane") -> WireRequest:
    return WireRequest("GET", APP.format(who), TOKEN, b"")


def recorded(folder: Path, *requests: WireRequest) -> Path:
    """A file with what these requests drew."""
    recording = NewRecording(folder / "one.yaml", "test_app.py::test_one", CATALOG, TARGET)
    for request in requests:
        assert recording.answer(request) is not None
    recording.save(passed=True)
    assert recording.written == ("test_app.py::test_one", len(requests))
    return folder / "one.yaml"


def said(answer: Answer | None) -> Any:
    assert answer is not None
    return json.loads(answer.body)


def test_the_same_request_at_another_time_of_another_person(tmp_path: Path) -> None:
    """Draws what was recorded, about that person."""
    answers = RecordedAnswers(recorded(tmp_path, put(email="jane@corp.org", age=41, seen_at=1_764_000_000)), CATALOG)
    answer = answers.answer(put("joe", email="joe@corp.org", age=41, seen_at=1_795_000_000))
    assert said(answer)["sent"] == {"email": "joe@corp.org", "age": 41, "seen_at": 1_764_000_000}
    assert answer is not None
    assert (answer.status, answer.reason, answer.headers) == (200, "OK", (("Content-Type", "application/json"),))
    assert answers.answer(put("joe", email="joe@corp.org", age=42, seen_at=1_795_000_000)) is None
    assert answers.answer(look("joe")) is None
    assert answers.answer(WireRequest("DELETE", URL.format("joe"), HEADERS, b"")) is None


def test_what_is_in_the_file(tmp_path: Path) -> None:
    """Provenance, fakes, and neither person nor credential."""
    path = recorded(tmp_path, put("jane", email="jane@corp.org"), look())
    text = path.read_text()
    assert not [one for one in ("jane", "corp", "secret", "dGhlaXJz", "track-key-1", "echo.invalid") if one in text]
    head = text.partition("interactions:")[0]
    assert '  source: "recorded"\n' in head
    assert (
        '  environment: "an echo"\n  note: "answered by a sandbox, which calls that observed"\n  region: "us"\n' in head
    )
    assert '  request: "test_app.py::test_one"\n' in head
    assert '"pytest-customerio"' in head


def test_people_are_told_apart_whatever_the_order(tmp_path: Path) -> None:
    """Who was first met in one order is known when met again."""
    path = recorded(tmp_path, put("a-1"), put("b-1"), look("a-1"), look("b-1"), put("b-1"), look("a-1"))
    answers = RecordedAnswers(path, CATALOG)
    for who in ("x-9", "y-9"):
        assert said(answers.answer(put(who)))["who"] == who
    for who in ("y-9", "x-9", "y-9", "x-9", "x-9", "z-9"):
        assert said(answers.answer(look(who)))["who"] == who


def test_played_in_order_the_last_one_again(tmp_path: Path) -> None:
    """As often as it is asked."""
    path = recorded(tmp_path, put("a", n=1))
    lines = path.read_text().splitlines(keepends=True)
    second = lines[-1].replace('\\"number\\":4711', '\\"number\\":4712')
    assert second != lines[-1]
    path.write_text("".join([*lines, second]))
    answers = RecordedAnswers(path, CATALOG)
    assert [said(answers.answer(put("a", n=1)))["number"] for _ in range(4)] == [4711, 4712, 4712, 4712]


def test_numbers_and_names_of_members(tmp_path: Path) -> None:
    """An id that is a number comes back as one; so does an address in the place of a name."""
    answers = RecordedAnswers(
        recorded(tmp_path, put("7", account_id=77_777, **{"jane@corp.org": "x y"}, sizes=[1.5, None])), CATALOG
    )
    answer = said(answers.answer(put("8", account_id=88_888, **{"joe@corp.org": "z y"}, sizes=[1.5, None])))
    assert answer["sent"] == {"account_id": 88_888, "joe@corp.org": "z y", "sizes": [1.5, None]}
    assert answers.answer(put("8", account_id="88888", **{"joe@corp.org": "z y"}, sizes=[1.5, None])) is None


def test_a_number_that_is_none_any_more(tmp_path: Path) -> None:
    """Where the request has a word now, the number in the answer stays the fake that it is."""
    answers = RecordedAnswers(recorded(tmp_path, put("a-1", account="4711")), CATALOG)
    assert said(answers.answer(put("a-1", account="acme")))["number_id"] == 900_000_000_000_001


def test_a_body_that_is_no_json(tmp_path: Path) -> None:
    """Is played as it stands, with the values of the request."""
    path = recorded(tmp_path, put("a-1"))
    lines = path.read_text().splitlines()
    entry = json.loads(lines[-1][2:])
    entry["response"]["body"]["string"] = "hello id-1"
    path.write_text("\n".join([*lines[:-1], "- " + json.dumps(entry)]))
    answer = RecordedAnswers(path, CATALOG).answer(put("b-1"))
    assert answer is not None
    assert answer.body == b"hello b-1"


def test_a_request_changed_by_hand(tmp_path: Path) -> None:
    """Is read anew, the mark beside it counts no more."""
    path = recorded(tmp_path, put("a-1", plan="x", n=1))
    path.write_text(path.read_text().replace('\\"n\\":1', '\\"n\\":2'))
    answers = RecordedAnswers(path, CATALOG)
    assert answers.answer(put("a-1", plan="x", n=1)) is None
    assert answers.answer(put("a-1", plan="x", n=2)) is not None


HAND = """
version: 1
interactions:
- request: {{method: PUT, uri: https://track.customer.io/api/v1/customers/42, body: '{body}', headers: {{}}}}
  response: {{status: {{code: 200}}, headers: {{Content-Type: a/b}}, body: {{string: '{{}}'}}}}
"""


def test_a_cassette_of_vcrpys_own(tmp_path: Path) -> None:
    """Any form of YAML will do."""
    path = tmp_path / "one.yaml"
    path.write_text(HAND.format(body='{"plan": "gold"}'))
    answer = RecordedAnswers(path, CATALOG).answer(put("7", plan="silver"))
    assert answer == Answer(200, "", (("Content-Type", "a/b"),), b"{}")
    path.write_text(HAND.format(body="").replace("body: ''", "body: null"))
    assert RecordedAnswers(path, CATALOG).answer(WireRequest("PUT", URL.format("7"), {}, b"")) is not None


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        (b"", "the file is empty"),
        (b"a: [", "not YAML: "),
        (b"\xff", "not UTF-8: byte 0xff"),
        (b"just text", "not a cassette: it needs a list `interactions` of requests and responses"),
        (b"version: 1\ninteractions:\n- {\"request\": {}}\n", "a request has exactly method, uri, body and headers"),
        (b"version: 1\ninteractions:\n- {\"request\": \n", "not YAML: "),
        (HAND.format(body="").replace("version: 1", "version: 2").encode(), "version 2 of cassettes is not known; accepted: 1"),
        (HAND.format(body="").replace("code: 200}", "code: 200}, fault: dns-failure").encode(), "a recording of a test holds no fault"),
        (b"version: 1\ninteractions:\n- " + b"[" * 100_000, "not YAML: "),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ninteractions: *c\n", "an interaction has a request and a response"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, said_of_it: str) -> None:
    """Corrupt, empty, of another kind or version: which file, in which line, and why."""
    path = tmp_path / "one.yaml"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        RecordedAnswers(path, CATALOG)
    assert str(caught.value).startswith(str(path))
    assert said_of_it.strip() in str(caught.value) or "nested more than 200 levels deep" in str(caught.value)
    with pytest.raises(RecordingError, match="what to do   mend it, or record it anew: pytest --cio-record"):
        PlayedRecording(path, CATALOG).answer(put())


def test_a_thousand_interactions_are_no_matter(tmp_path: Path) -> None:
    """Each is found by its own; none is read twice."""
    path = recorded(tmp_path, *(put(f"a-{number}", n=number) for number in range(1000)))
    answers = RecordedAnswers(path, CATALOG)
    for number in (999, 0, 500):
        assert said(answers.answer(put("b-1", n=number)))["sent"] == {"n": number}


def test_threads_share_a_tape(tmp_path: Path) -> None:
    """Each request is answered once by each recorded answer."""
    playing = PlayedRecording(recorded(tmp_path, *(put(f"a-{number}", n=1) for number in range(40))), CATALOG)
    found: list[str] = []

    def ask(number: int) -> None:
        found.append(said(playing.answer(put(f"b-{number}", n=1)))["who"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(f"b-{number}" for number in range(40))


def test_what_cannot_be_recorded(tmp_path: Path) -> None:
    """No call of Customer.io's, no key for it, or too late: as ever."""
    path = tmp_path / "one.yaml"
    recording = NewRecording(path, "t", CATALOG, Echo("workspace", "", "us", Keys("s", "t")))
    assert recording.answer(WireRequest("GET", "https://track.customer.io/api/v1/unheard", {}, b"")) is None
    assert recording.answer(look()) is None
    recording.save(passed=True)
    assert (recording.written, path.exists()) == (None, False)
    assert recording.answer(put()) is None


def test_a_test_that_failed_leaves_the_old_recording(tmp_path: Path) -> None:
    """And that is told."""
    path = recorded(tmp_path, put())
    before = path.read_bytes()
    recording = NewRecording(path, "t", CATALOG, TARGET)
    recording.answer(put(n=9))
    recording.save(passed=False)
    assert (recording.written, path.read_bytes()) == (("t", 0), before)
    playing = PlayedRecording(path, CATALOG)
    playing.save(passed=True)
    assert playing.written is None


def test_the_targets_key_takes_the_place_of_the_applications(tmp_path: Path) -> None:
    """Of the kind that the application sent; none where it sent none."""
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
    """Says so."""
    recording = NewRecording(
        tmp_path / "a.yaml", "t", CATALOG, Target("sandbox", "", "us", Keys("s", "t"), "http://127.0.0.1:1")
    )
    with pytest.raises(RecordingError, match=r"--cio-record: http://127\.0\.0\.1:1 gives no answer: "):
        recording.answer(put())


def test_a_credential_in_an_answer_is_never_written(tmp_path: Path) -> None:
    """As the name of a member, which would be kept."""

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
    """Is told as a mistake of the recording's."""

    def full(*args: Any) -> int:
        raise OSError(28, "No space left on device")

    recording = NewRecording(tmp_path / "a.yaml", "t", CATALOG, TARGET)
    recording.answer(put())
    monkeypatch.setattr(writer.os, "write", full)
    with pytest.raises(
        RecordingError, match="the disk is full, or a limit of its size is reached; nothing was written"
    ):
        recording.save(passed=True)


@pytest.mark.parametrize(
    ("nodeid", "path"),
    [
        ("test_app.py::test_one", "test_app/test_one.yaml"),
        ("tests/api/test_app.py::TestIt::test_one[us-1.5]", "tests/api/test_app/TestIt.test_one[us-1.5].yaml"),
        ("test_app.py::test_one[a@b]@group", "test_app/test_one[a-b]-44d09564.yaml"),
        ("test_app.py::test_one@group", "test_app/test_one.yaml"),
        ("../test_app.py::test_one", "test_app/test_one.yaml"),
        ("test_app.py::test_one[a/b]", "test_app/test_one[a-b]-"),
        ("test_app.py::test_one[" + "x" * 500 + "]", "test_app/test_one[xxx"),
        ("test_app.py", "test_app/.yaml"),
    ],
)
def test_where_a_recording_lies(tmp_path: Path, nodeid: str, path: str) -> None:
    """By module and test; in names that every file system takes, each its own."""
    recordings = PlayedRecordings(tmp_path / "cassettes", CATALOG)
    recordings.target = TARGET
    recording = recordings.of(nodeid)
    assert isinstance(recording, NewRecording)
    found = recording._path.relative_to(tmp_path / "cassettes").as_posix()
    assert found.startswith(path.removesuffix("-44d09564.yaml"))
    assert len(recording._path.name) < 150


def test_recordings_of_a_project(tmp_path: Path) -> None:
    """Nothing where there is no folder, or no file of the test."""
    assert PlayedRecordings(tmp_path / "cassettes", CATALOG).tape("test_app.py::test_one") is None
    folder = tmp_path / "cassettes" / "test_app"
    folder.mkdir(parents=True)
    recorded(folder, put()).rename(folder / "test_one.yaml")
    recordings = PlayedRecordings(tmp_path / "cassettes", CATALOG)
    assert isinstance(recordings.of("test_app.py::test_one"), PlayedRecording)
    assert recordings.of("test_app.py::test_two") is None


def test_the_mark_is_beside_the_answer(tmp_path: Path) -> None:
    """Where vcrpy passes over it."""
    line = recorded(tmp_path, put("a-1")).read_text().splitlines()[-1]
    assert json.loads(line[2:])["response"][MARK]["names"] == ["id-1"]


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"code": 200', '"code": "200"', "a response's status is {code: 100 to 599, message: text}"),
        (
            '"message": "OK"',
            '"message": "OK"}, "fault": "dns-failure", "x": {"y": 1',
            "a recording of a test holds no fault",
        ),
        ('["application/json"]}, "body"', '[1]}, "body"', "a response's headers are {name: [text]}; quote numbers"),
    ],
)
def test_an_answer_changed_by_hand(tmp_path: Path, old: str, new: str, cause: str) -> None:
    """Is looked at like any other cassette: in which line, and what is wrong."""
    path = recorded(tmp_path, put("a-1"))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(DataError) as caught:
        RecordedAnswers(path, CATALOG)
    assert str(caught.value) == f"{path}:{len(text.splitlines())}: {cause}"


def test_a_recording_of_nothing(tmp_path: Path) -> None:
    """Is none."""
    path = recorded(tmp_path, put("a-1"))
    path.write_text(path.read_text().partition("interactions:\n")[0] + "interactions:\n")
    with pytest.raises(DataError, match="it needs a list `interactions`"):
        RecordedAnswers(path, CATALOG)
