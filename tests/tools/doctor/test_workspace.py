"""Checks keys and region, and sends a test person and a test event. No text repeats an answer's body."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.asking import Call, NoKeyError
from pytest_customerio.tools.doctor.workspace import check_workspace, write_test_person

REGION = Answer(200, "OK", (), b'{"region": "us"}')


def answering(answers: Mapping[str, Answer], calls: list[tuple[str, str, object]] | None = None) -> Call:
    def call(operation: str, place: str, payload: object) -> Answer:
        if calls is not None:
            calls.append((operation, place, payload))
        if operation not in answers:
            raise NoKeyError("no key for it")
        return answers[operation]

    return call


def test_all_is_well() -> None:
    """Accepted keys and the right region are ok; no payload is sent."""
    calls: list[tuple[str, str, object]] = []
    found = check_workspace(answering({"track.region": REGION, "app.list_segments": Answer(200)}, calls), {})
    assert [(one.check, one.state) for one in found] == [("Track key", "ok"), ("region", "ok"), ("App key", "ok")]
    assert {payload for _, _, payload in calls} == {None}


@pytest.mark.parametrize(
    ("status", "state", "seen", "todo"),
    [
        (401, "problem", "401: the key is wrong, of another kind, or of another region", "explain 401"),
        (403, "note", "403: the key lacks a scope that this call needs", "explain 403-forbidden"),
        (503, "problem", "503", "explain 503"),
    ],
)
def test_keys_that_do_not_open(status: int, state: str, seen: str, todo: str) -> None:
    """A refused key is reported with the meaning of its status and the command that explains it, without the body."""
    answers = {"track.region": Answer(status, "", (), b"secret"), "app.list_segments": Answer(200)}
    first, second = check_workspace(answering(answers), {})
    assert (first.state, first.seen) == (state, f"track.region is answered {seen}")
    assert first.todo == f"python -m pytest_customerio {todo}"
    assert second.state == "ok"


def test_no_key() -> None:
    """Checks without a key are skipped, with the reason."""
    first, second = check_workspace(answering({}), {})
    assert (first.state, first.seen) == (second.state, second.seen) == ("skipped", "no key for it")


@pytest.mark.parametrize(
    ("actual", "given", "state"),
    [
        ("us", {}, "ok"),
        ("eu", {"CUSTOMERIO_REGION": " EU "}, "ok"),
        ("eu", {}, "problem"),
        ("moon", {}, "note"),
        (None, {}, "note"),
    ],
)
def test_region(actual: str | None, given: dict[str, str], state: str) -> None:
    """The region of the account is compared with the variable of the application."""
    body = json.dumps({"region": actual} if actual else {}).encode()
    found = {one.check: one for one in check_workspace(answering({"track.region": Answer(200, "", (), body)}), given)}
    assert found["region"].state == state
    if state == "problem":
        assert found["region"].todo.startswith("set CUSTOMERIO_REGION=eu")


def test_write() -> None:
    """A test person, an event of this person, and Pipelines are sent in this order; what has no key is skipped."""
    calls: list[tuple[str, str, object]] = []
    answers = {"track.identify": Answer(200), "track.event": Answer(400)}
    found = list(write_test_person(answering(answers, calls)))
    assert [(one.check, one.state) for one in found] == [
        ("a test person", "ok"),
        ("a test event", "problem"),
        ("Pipelines", "skipped"),
    ]
    assert [place for _, place, _ in calls[:2]] == [
        "/api/v1/customers/pytest-customerio-doctor",
        "/api/v1/customers/pytest-customerio-doctor/events",
    ]
