"""A recording is found by what a request says, and played in order with the values of the request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from echo import CATALOG, HEADERS, URL, look, put, recorded, said

from pytest_customerio.cassettes.recording.answers import RecordedAnswers
from pytest_customerio.cassettes.recording.playing import PlayedRecording, RecordingError
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer, WireRequest


def test_the_same_request_at_another_time_of_another_person(tmp_path: Path) -> None:
    """A request that says the same of another person at another time gets the recorded answer, about that person."""
    answers = RecordedAnswers(recorded(tmp_path, put(email="jane@corp.org", age=41, seen_at=1_764_000_000)), CATALOG)
    answer = answers.answer(put("joe", email="joe@corp.org", age=41, seen_at=1_795_000_000))
    assert said(answer)["sent"] == {"email": "joe@corp.org", "age": 41, "seen_at": 1_764_000_000}
    assert answer is not None
    assert (answer.status, answer.reason, answer.headers) == (200, "OK", (("Content-Type", "application/json"),))
    assert answers.answer(put("joe", email="joe@corp.org", age="42", seen_at=1_795_000_000)) is None
    assert answers.answer(look("joe")) is None
    assert answers.answer(WireRequest("DELETE", URL.format("joe"), HEADERS, b"")) is None


def test_people_are_distinguished_whatever_the_order(tmp_path: Path) -> None:
    """A person who was met before gets the answer about that person, whatever the order of requests is now."""
    path = recorded(tmp_path, put("a-1"), put("b-1"), look("a-1"), look("b-1"), put("b-1"), look("a-1"))
    answers = RecordedAnswers(path, CATALOG)
    for who in ("x-9", "y-9"):
        assert said(answers.answer(put(who)))["who"] == who
    for who in ("y-9", "x-9", "y-9", "x-9", "x-9", "z-9"):
        assert said(answers.answer(look(who)))["who"] == who


def test_played_in_order_the_last_one_again(tmp_path: Path) -> None:
    """Two answers to the same request are played in order, and the last one repeats."""
    path = recorded(tmp_path, put("a", n=1))
    lines = path.read_text().splitlines(keepends=True)
    second = lines[-1].replace('\\"number\\":4711', '\\"number\\":4712')
    assert second != lines[-1]
    path.write_text("".join([*lines, second]))
    answers = RecordedAnswers(path, CATALOG)
    assert [said(answers.answer(put("a", n=1)))["number"] for _ in range(4)] == [4711, 4712, 4712, 4712]


def test_numbers_and_names_of_members(tmp_path: Path) -> None:
    """An id that is a number comes back as a number, and an address that is a member's name as that name."""
    answers = RecordedAnswers(
        recorded(tmp_path, put("7", account_id=77_777, **{"jane@corp.org": "x y"}, sizes=[1.5, None])), CATALOG
    )
    answer = said(answers.answer(put("8", account_id=88_888, **{"joe@corp.org": "z y"}, sizes=[1.5, None])))
    assert answer["sent"] == {"account_id": 88_888, "joe@corp.org": "z y", "sizes": [1.5, None]}
    assert answers.answer(put("8", account_id="88888", **{"joe@corp.org": "z y"}, sizes=[1.5, None])) is None


def test_a_number_that_is_none_any_more(tmp_path: Path) -> None:
    """Where the request has a word in the place of a number, the number in the answer stays the fake."""
    answers = RecordedAnswers(recorded(tmp_path, put("a-1", account="4711")), CATALOG)
    assert said(answers.answer(put("a-1", account="acme")))["number_id"] == 900_000_000_000_001


def test_a_body_that_is_no_json(tmp_path: Path) -> None:
    """A body that is no JSON is played with the real values in it."""
    path = recorded(tmp_path, put("a-1"))
    lines = path.read_text().splitlines()
    entry = json.loads(lines[-1][2:])
    entry["response"]["body"]["string"] = "hello id-1"
    path.write_text("\n".join([*lines[:-1], "- " + json.dumps(entry)]))
    answer = RecordedAnswers(path, CATALOG).answer(put("b-1"))
    assert answer is not None
    assert answer.body == b"hello b-1"


def test_a_request_changed_by_hand(tmp_path: Path) -> None:
    """A recorded request that was changed is found by what it says now; its old mark does not count."""
    path = recorded(tmp_path, put("a-1", plan="x", n=None))
    path.write_text(path.read_text().replace('\\"n\\":null', '\\"m\\":null'))
    answers = RecordedAnswers(path, CATALOG)
    assert answers.answer(put("a-1", plan="x", n=None)) is None
    assert answers.answer(put("a-1", plan="x", m=None)) is not None


HAND = """
version: 1
interactions:
- request: {{method: PUT, uri: https://track.customer.io/api/v1/customers/42, body: '{body}', headers: {{}}}}
  response: {{status: {{code: 200}}, headers: {{Content-Type: a/b}}, body: {{string: '{{}}'}}}}
"""


def test_a_cassette_of_vcrpys_own(tmp_path: Path) -> None:
    """A recording in any other form of YAML, without marks, is played too."""
    path = tmp_path / "one.yaml"
    path.write_text(HAND.format(body='{"plan": "gold"}'))
    answer = RecordedAnswers(path, CATALOG).answer(put("7", plan="silver"))
    assert answer == Answer(200, "", (("Content-Type", "a/b"),), b"{}")
    path.write_text(HAND.format(body="").replace("body: ''", "body: null"))
    assert RecordedAnswers(path, CATALOG).answer(WireRequest("PUT", URL.format("7"), {}, b"")) is not None


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "the file is empty"),
        (b"a: [", "not YAML: "),
        (b"\xff", "not UTF-8: byte 0xff"),
        (b"just text", "not a cassette: it needs a list `interactions` of requests and responses"),
        (b"version: 1\ninteractions:\n- {\"request\": {}}\n", "a request has exactly method, uri, body and headers"),
        (b"version: 1\ninteractions:\n- {\"request\": \n", "not YAML: "),
        (HAND.format(body="").replace("version: 1", "version: 2").encode(), "version 2 of cassettes is not known; accepted: 1"),
        (b"version: 1\ninteractions:\n- " + b"[" * 100_000, "not YAML: "),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ninteractions: *c\n", "an interaction has a request and a response"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, cause: str) -> None:
    """A corrupt or empty file, or one of another kind or version, is an error with path, line and cause."""
    path = tmp_path / "one.yaml"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        RecordedAnswers(path, CATALOG)
    assert str(caught.value).startswith(str(path))
    assert cause.strip() in str(caught.value) or "nested more than 200 levels deep" in str(caught.value)
    with pytest.raises(RecordingError, match="what to do   mend it, or record it anew: pytest --cio-record"):
        PlayedRecording(path, CATALOG).answer(put())


def test_a_thousand_interactions(tmp_path: Path) -> None:
    """Among a thousand interactions each request finds its own."""
    path = recorded(tmp_path, *(put(f"a-{number}", **{f"n{number}": True}) for number in range(1000)))
    answers = RecordedAnswers(path, CATALOG)
    for number in (999, 0, 500):
        assert said(answers.answer(put("b-1", **{f"n{number}": True})))["sent"] == {f"n{number}": True}


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"code": 200', '"code": "200"', "a response's status is {code: 100 to 599, message: text}"),
        ('"message": "OK"', '"message": "OK"}, "fault": "gone", "x": {"y": 1', "no such fault: 'gone'; there are "),
        ('["application/json"]}, "body"', '[1]}, "body"', "a response's headers are {name: [text]}; quote numbers"),
    ],
)
def test_an_answer_changed_by_hand(tmp_path: Path, old: str, new: str, cause: str) -> None:
    """A recorded answer with a mistake is an error with its line."""
    path = recorded(tmp_path, put("a-1"))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(DataError) as caught:
        RecordedAnswers(path, CATALOG)
    assert str(caught.value).startswith(f"{path}:{len(text.splitlines())}: {cause}")


def test_a_recording_of_nothing(tmp_path: Path) -> None:
    """A recording without interactions is an error."""
    path = recorded(tmp_path, put("a-1"))
    path.write_text(path.read_text().partition("interactions:\n")[0] + "interactions:\n")
    with pytest.raises(DataError, match="it needs a list `interactions`"):
        RecordedAnswers(path, CATALOG)


def test_a_sequence_of_answers_with_vcrpys_own_books(tmp_path: Path) -> None:
    """A 429 with Retry-After 1, then 7, then a success: each attempt gets the next, and vcrpy counts the plays."""
    path = tmp_path / "one.yaml"
    limited = HAND.replace("interactions:\n", "").replace("version: 1\n", "")
    entries = [
        limited.replace("code: 200", "code: 429").replace("Content-Type: a/b", f"Retry-After: '{s}'") for s in (1, 7)
    ]
    text = "version: 1\ninteractions:" + "".join(one.rstrip() for one in (*entries, limited)) + "\n"
    path.write_text(text.format(body='{"plan": "gold"}'), encoding="utf-8")
    answers = RecordedAnswers(path, CATALOG)
    found = [answers.answer(put("7", plan="gold")) for _ in range(4)]
    assert [(one.status, one.retry_after) for one in found if one] == [(429, 1), (429, 7), (200, None), (200, None)]
    (playback,) = answers._playbacks.values()
    assert dict(playback.play_counts) == {0: 1, 1: 1, 2: 2}


def test_a_fault_then_an_answer(tmp_path: Path) -> None:
    """A fault that was recorded is played in its turn."""
    path = tmp_path / "one.yaml"
    fault = (
        HAND.replace("interactions:\n", "")
        .replace("version: 1\n", "")
        .replace("code: 200}}", "code: 0}}, fault: read-timeout")
    )
    text = HAND.format(body="").replace("body: ''", "body: null")
    path.write_text(
        text.replace(
            "interactions:", "interactions:" + fault.format(body="").replace("body: ''", "body: null").rstrip()
        )
    )
    answers = RecordedAnswers(path, CATALOG)
    found = [answers.answer(WireRequest("PUT", URL.format("7"), {}, b"")) for _ in range(3)]
    assert [(one.status, one.fault) for one in found if one] == [(0, "read-timeout"), (200, None), (200, None)]


def test_marks_of_another_form_do_not_count(tmp_path: Path) -> None:
    """A request is found in an older recording although its mark was made by other rules."""
    path = recorded(tmp_path, put("a-1", plan="x"))
    lines = path.read_text().splitlines()
    entry = json.loads(lines[-1][2:])
    entry["response"]["match"]["key"] = "by other rules"
    path.write_text("\n".join([*lines[:-1], "- " + json.dumps(entry)]).replace("  form: 2\n", ""))
    answers = RecordedAnswers(path, CATALOG)
    assert (answers.is_older, said(answers.answer(put("b-1", plan="y")))["who"]) == (True, "b-1")


def test_operations_that_could_not_be_asked(tmp_path: Path) -> None:
    """What the target had no key for is in no recording, and no difference."""
    path = recorded(tmp_path, put("a-1"))
    path.write_text(path.read_text().replace("  form: 2\n", '  form: 2\n  unasked: ["app.person_attributes"]\n'))
    answers = RecordedAnswers(path, CATALOG)
    answers.answer(put("b-1"))
    assert answers.answer(look("b-1")) is None
    assert (answers.drift(), answers.is_edited) == ([], True)
