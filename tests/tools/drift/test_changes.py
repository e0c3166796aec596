"""How an answer differs from the recorded one: as violations, each of its severity."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.tools.drift.changes import changes, too_old

JSON = ("Content-Type", "application/json; charset=utf-8")
RECORDED = Answer(200, "OK", (JSON, ("X-RateLimit-Limit", "100")), b'{"id": "1", "meta": {}}')
TODAY = date(2026, 11, 23)


def told(got: Answer, kept: tuple[str, ...] = ()) -> list[tuple[str, str, str, str, str]]:
    return [(one.rule, one.severity, one.where, one.expected, one.got) for one in changes(RECORDED, got, kept)]


def test_the_same() -> None:
    """Other values, another charset, another reason and headers that no recording keeps are no change."""
    headers = (("content-type", "application/json"), ("x-ratelimit-limit", "99"), ("Server", "x"))
    assert told(Answer(200, "Fine", headers, b'{"id": "2", "meta": {}}'), ("retry-after",)) == []


def test_another_status_is_all_that_is_told() -> None:
    """An error: with it everything else differs too."""
    assert told(Answer(404, "Not Found", (), b"")) == [("drift-status", "error", "status", "200", "404")]


def test_headers() -> None:
    """One that is gone is a warning, one that is new an info, another media type an error."""
    headers = (("Content-Type", "text/html"), ("Retry-After", "3"), ("Server", "x"))
    assert told(Answer(200, "OK", headers, RECORDED.body), ("Retry-After", "Content-Type")) == [
        ("drift-header-removed", "warning", "header x-ratelimit-limit", "as recorded", "nothing"),
        ("drift-header-added", "info", "header retry-after", "nothing", "new"),
        ("drift-type", "error", "header content-type", "application/json", "text/html"),
    ]


def test_a_media_type_that_is_gone_is_told_once() -> None:
    """As a header that is gone."""
    assert [one.rule for one in changes(RECORDED, Answer(200, "", (RECORDED.headers[1],), RECORDED.body))] == [
        "drift-header-removed"
    ]


def test_bodies() -> None:
    """A field that is new is an info, one that is gone a warning, another type an error."""
    body = b'{"id": 1, "more": [], "meta": {}}'
    assert told(Answer(200, "OK", RECORDED.headers, body)) == [
        ("drift-type", "error", "$.id", "text", "number"),
        ("drift-field-added", "info", "$.more", "nothing", "list"),
    ]
    assert told(Answer(200, "OK", RECORDED.headers, b'{"id": "1"}')) == [
        ("drift-field-removed", "warning", "$.meta", "object", "nothing")
    ]
    null = Answer(200, "OK", (), b'{"id": null}')
    assert changes(null, Answer(200, "OK", (), b'{"id": 1}')) == [
        Violation("drift-type", "info", "$.id", "null", "number")
    ]


@pytest.mark.parametrize("recorded", ["2026-11-23", "2026-11-13", "2027-01-01", "2026-11-13T10:00:00Z"])
def test_young_enough(recorded: str) -> None:
    """Up to the day itself; a clock that went wrong does no harm."""
    assert too_old(recorded, TODAY, 10) == []


@pytest.mark.parametrize("recorded", ["2026-11-12", "2026-11", "2026", "", "soon", "2026-13-01"])
def test_too_old(recorded: str) -> None:
    """A month is its first day, and what has no date may be of any age."""
    (found,) = too_old(recorded, TODAY, 10)
    assert (found.rule, found.severity, found.where) == ("recording-too-old", "error", "date")
    assert (found.expected, found.got) == ("2026-11-13 or later", recorded or "no date")
