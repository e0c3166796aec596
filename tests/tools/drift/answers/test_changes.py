"""The differences between an answer and the recorded one, as violations with their severity."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.tools.drift.answers.changes import changes, too_old

JSON = ("Content-Type", "application/json; charset=utf-8")
RECORDED = Answer(200, "OK", (JSON, ("X-RateLimit-Limit", "100")), b'{"id": "1", "meta": {}}')
TODAY = date(2026, 11, 23)


def violations(got: Answer, headers: tuple[str, ...] = ()) -> list[tuple[str, str, str, str, str]]:
    return [(one.rule, one.severity, one.where, one.expected, one.got) for one in changes(RECORDED, got, headers)]


def test_the_same() -> None:
    """Other values, charset, reason, and headers that recordings leave out are no change."""
    headers = (("content-type", "application/json"), ("x-ratelimit-limit", "99"), ("Server", "x"))
    assert violations(Answer(200, "Fine", headers, b'{"id": "2", "meta": {}}'), ("retry-after",)) == []


def test_with_another_status_nothing_else_is_compared() -> None:
    """Another status is one error; headers and body are not compared."""
    assert violations(Answer(404, "Not Found", (), b"")) == [("drift-status", "error", "status", "200", "404")]


def test_headers() -> None:
    """A removed header is a warning, a new one an info, another media type an error."""
    headers = (("Content-Type", "text/html"), ("Retry-After", "3"), ("Server", "x"))
    assert violations(Answer(200, "OK", headers, RECORDED.body), ("Retry-After", "Content-Type")) == [
        ("drift-header-removed", "warning", "header x-ratelimit-limit", "as recorded", "nothing"),
        ("drift-header-added", "info", "header retry-after", "nothing", "new"),
        ("drift-type", "error", "header content-type", "application/json", "text/html"),
    ]


def test_a_media_type_that_is_gone_is_reported_once() -> None:
    """A missing Content-Type is a removed header and no other type."""
    assert [one.rule for one in changes(RECORDED, Answer(200, "", (RECORDED.headers[1],), RECORDED.body))] == [
        "drift-header-removed"
    ]


def test_bodies() -> None:
    """A new field is an info, a removed one a warning, another type an error; a type in the place of null an info."""
    body = b'{"id": 1, "more": [], "meta": {}}'
    assert violations(Answer(200, "OK", RECORDED.headers, body)) == [
        ("drift-type", "error", "$.id", "text", "number"),
        ("drift-field-added", "info", "$.more", "nothing", "list"),
    ]
    assert violations(Answer(200, "OK", RECORDED.headers, b'{"id": "1"}')) == [
        ("drift-field-removed", "warning", "$.meta", "object", "nothing")
    ]
    null = Answer(200, "OK", (), b'{"id": null}')
    assert changes(null, Answer(200, "OK", (), b'{"id": 1}')) == [
        Violation("drift-type", "info", "$.id", "null", "number")
    ]


@pytest.mark.parametrize("recorded", ["2026-11-23", "2026-11-13", "2027-01-01", "2026-11-13T10:00:00Z"])
def test_young_enough(recorded: str) -> None:
    """A recording of the oldest allowed day passes, and so does one with a date in the future."""
    assert too_old(recorded, TODAY, 10) == []


@pytest.mark.parametrize("recorded", ["2026-11-12", "2026-11", "2026", "", "soon", "2026-13-01"])
def test_too_old(recorded: str) -> None:
    """A month stands for its first day. A recording without a date is too old."""
    (found,) = too_old(recorded, TODAY, 10)
    assert (found.rule, found.severity, found.where) == ("recording-too-old", "error", "date")
    assert (found.expected, found.got) == ("2026-11-13 or later", recorded or "no date")
