"""Answers from the cassettes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.answering.answers import Answers, ErrorDetail, with_details


@pytest.fixture
def answers(ask: SandboxClient) -> Answers:
    """The answers of a sandbox."""
    return ask.service._answers


def test_a_success(answers: Answers) -> None:
    """The recorded body is replaced if one is given."""
    assert answers.success("track.identify").answer.body == b"{}\n"
    given = answers.success("app.list_exports", {"exports": None}, ("note",))
    assert (given.answer.status, given.answer.body, given.notes) == (200, b'{"exports":null}', ("note",))


def test_an_error(answers: Answers) -> None:
    """An error has its case and the details that are given."""
    error = answers.error("400-malformed", "track.event", [ErrorDetail("name: expected text, got 1")])
    assert (error.answer.status, error.case) == (400, "400-malformed")
    assert json.loads(error.answer.body)["meta"]["errors"] == ["name: expected text, got 1"]
    assert answers.surface_error("404-not-found", "app").answer.status == 404


@pytest.mark.parametrize(
    ("status", "operation", "prevents", "text", "cassette"),
    [
        ("400", "track.event", (), "", "400-malformed"),
        ("400", "track.event", ("400-event-name-too-long",), "", "400-event-name-too-long"),
        ("400", "track.identify", (), "invalid email identifier", "400-invalid-email"),
        ("413", "pipelines.track", (), "", "400-malformed"),
    ],
)
def test_choosing_a_cassette(
    answers: Answers, status: str, operation: str, prevents: tuple[str, ...], text: str, cassette: str
) -> None:
    """The cassette with the text comes first, then that of the rule; a surface without the status answers 400."""
    assert answers.choose_cassette(status, operation, prevents, text) == cassette


def test_the_text_of_an_error(answers: Answers) -> None:
    """A recorded text names the member of the payload; a generic error has none."""
    recorded = answers.error_text("400-attribute-value-too-long", "track.identify", "traits.plan", "own")
    assert recorded == "value for attribute 'plan' cannot be longer than 1000 bytes"
    assert answers.error_text("400-malformed", "track.identify", "plan", "own") == "own"
    assert answers.error_text("400-invalid-email", "track.identify", "email", "own") == "own"


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({"meta": {"errors": ["a"]}}, {"meta": {"errors": ["x"]}}),
        ({"meta": {"error": "a"}}, {"meta": {"error": "x"}}),
        ({"errors": [{"detail": "a", "status": "422"}]}, {"errors": [{"detail": "x", "status": "422"}]}),
        (
            {"errors": [{"reason": "invalid", "field": "a", "message": "a"}]},
            {"errors": [{"batch_index": 1, "reason": "required", "field": "name", "message": "x"}]},
        ),
    ],
)
def test_details_in_each_envelope(recorded: Any, expected: Any) -> None:
    """Details replace the recorded ones in the envelope of the surface."""
    headers = (("Content-Type", "application/json"),)
    answer = Answer(400, "Bad Request", headers, json.dumps(recorded).encode())
    detail = ErrorDetail("x", "name", required=True, index=1)
    assert json.loads(with_details(answer, [detail]).body) == expected
    assert with_details(answer, []) is answer


def test_an_error_without_json() -> None:
    """A body that is not JSON stays as it is."""
    answer = Answer(502, body=b"<html>")
    assert with_details(answer, [ErrorDetail("x")]) is answer
