"""Keys, region, and what a test person and a test event draw; nothing that an answer says is repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.doctor.asking import Ask, NoKeyError
from pytest_customerio.tools.doctor.workspace import look, write

REGION = Answer(200, "OK", (), b'{"region": "us"}')


def answering(answers: Mapping[str, Answer], asked: list[tuple[str, str, object]] | None = None) -> Ask:
    def ask(operation: str, place: str, payload: object) -> Answer:
        if asked is not None:
            asked.append((operation, place, payload))
        if operation not in answers:
            raise NoKeyError("no key for it")
        return answers[operation]

    return ask


def test_all_is_well() -> None:
    """Nothing is written."""
    asked: list[tuple[str, str, object]] = []
    found = look(answering({"track.region": REGION, "app.list_segments": Answer(200)}, asked), {})
    assert [(one.check, one.state) for one in found] == [("Track key", "ok"), ("region", "ok"), ("App key", "ok")]
    assert {payload for _, _, payload in asked} == {None}


@pytest.mark.parametrize(
    ("status", "state", "seen", "todo"),
    [
        (401, "problem", "401: the key is wrong, of another kind, or of another region", "explain 401"),
        (403, "note", "403: the key lacks a scope that this call needs", "explain 403-forbidden"),
        (503, "problem", "503", "explain 503"),
    ],
)
def test_keys_that_do_not_open(status: int, state: str, seen: str, todo: str) -> None:
    """What the status means, and where more is told; never what the body says."""
    answers = {"track.region": Answer(status, "", (), b"secret"), "app.list_segments": Answer(200)}
    first, second = look(answering(answers), {})
    assert (first.state, first.seen) == (state, f"track.region is answered {seen}")
    assert first.todo == f"python -m pytest_customerio {todo}"
    assert second.state == "ok"


def test_no_key() -> None:
    """Skipped, and why."""
    first, second = look(answering({}), {})
    assert (first.state, first.seen) == (second.state, second.seen) == ("skipped", "no key for it")


@pytest.mark.parametrize(
    ("told", "given", "state"),
    [
        ("us", {}, "ok"),
        ("eu", {"CUSTOMERIO_REGION": " EU "}, "ok"),
        ("eu", {}, "problem"),
        ("moon", {}, "note"),
        (None, {}, "note"),
    ],
)
def test_region(told: str | None, given: dict[str, str], state: str) -> None:
    """What the account says, beside what the application is told."""
    body = json.dumps({"region": told} if told else {}).encode()
    found = {one.check: one for one in look(answering({"track.region": Answer(200, "", (), body)}), given)}
    assert found["region"].state == state
    if state == "problem":
        assert found["region"].todo.startswith("set CUSTOMERIO_REGION=eu")


def test_write() -> None:
    """A test person, then an event of hers, then Pipelines; only what there is a key for."""
    asked: list[tuple[str, str, object]] = []
    answers = {"track.identify": Answer(200), "track.event": Answer(400)}
    found = list(write(answering(answers, asked)))
    assert [(one.check, one.state) for one in found] == [
        ("a test person", "ok"),
        ("a test event", "problem"),
        ("Pipelines", "skipped"),
    ]
    assert [place for _, place, _ in asked[:2]] == [
        "/api/v1/customers/pytest-customerio-doctor",
        "/api/v1/customers/pytest-customerio-doctor/events",
    ]
