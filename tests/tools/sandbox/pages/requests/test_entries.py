"""A logged request as an entry of the page."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_pages import deep, received

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.answering.dispatcher import INJECTED
from pytest_customerio.tools.sandbox.pages.formatting import show_payload
from pytest_customerio.tools.sandbox.pages.frame import MAX_WHOLE
from pytest_customerio.tools.sandbox.pages.requests.entries import (
    has_problem,
    level,
    make_entry,
    people_in,
    shown_violations,
    summarize,
)

ERROR = Violation("timestamp-milliseconds", "error", "$.timestamp", "unix seconds", "1764000000000", "divide by 1000")


WARNING = Violation("event-name-case", "warning", "$.name", "one spelling", "another")


INFO = Violation("seen", "info", "$", "nothing", "something")


def test_an_entry_says_who_what_and_how_it_went() -> None:
    """An entry has the person, the summary, the status and the whole payload of a short request."""
    one = make_entry(received())
    assert (one.number, one.operation, one.people, one.summary) == (7, "track.event", ("42",), "purchase")
    assert (one.status, one.level, one.violations, one.unsaid) == ("200", "ok", (), ())
    assert (one.payload, one.complete) == ('{\n  "name": "purchase"\n}', True)


def test_an_unknown_call_is_its_address() -> None:
    """A request without an operation is summarized by method and path."""
    one = make_entry(received(operation=None, method="GET", path="/nothing", payload=None, status=404))
    assert (one.operation, one.summary, one.payload, one.complete, one.level) == (
        "unknown call",
        "GET /nothing",
        "",
        True,
        "error",
    )


def test_a_network_fault_is_shown_in_place_of_a_status() -> None:
    """Without a status the entry shows the network fault, or that there was no answer."""
    assert make_entry(received(status=0, fault="connection-reset")).status == "connection reset"
    assert make_entry(received(status=0)).status == "no answer"


@pytest.mark.parametrize(
    ("given", "expected", "broken"),
    [
        ({}, "ok", False),
        ({"violations": (INFO,)}, "ok", False),
        ({"violations": (WARNING,)}, "warning", True),
        ({"violations": (WARNING, ERROR)}, "error", True),
        ({"status": 404}, "error", True),
        ({"status": 0, "fault": "read-timeout"}, "error", True),
        ({"status": 429, "notes": (INJECTED,), "violations": (ERROR,)}, "fault", True),
    ],
)
def test_how_it_went(given: dict[str, Any], expected: str, broken: bool) -> None:
    """The level is the worst of fault, status and violations; a requested fault is not an error."""
    assert (level(received(**given)), has_problem(received(**given))) == (expected, broken)


def test_errors_stand_before_warnings() -> None:
    """Errors come first, then warnings; violations of severity info are left out."""
    assert shown_violations(received(violations=(INFO, WARNING, ERROR))) == (ERROR, WARNING)


def test_the_host_that_stands_for_none_is_not_shown() -> None:
    """The host that stands for none is removed from the text of a violation."""
    violations = shown_violations(received(violations=(ERROR._replace(got="GET https://sandbox.invalid/nothing"),)))
    assert [each.got for each in violations] == ["GET /nothing"]


def test_the_note_on_a_requested_fault_is_left_out() -> None:
    """The note on a requested fault is left out, because the entry has a mark for it."""
    one = make_entry(received(notes=(INJECTED, "ignored: this person is suppressed")))
    assert one.unsaid == ("ignored: this person is suppressed",)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"path": "/api/v1/customers/a%40b.example/events"}, ["a@b.example"]),
        ({"path": "/v1/customers/attributes", "payload": {"ids": ["1", 2]}}, ["1", "2"]),
        ({"path": "/v1/customers?email=a%40b.example", "payload": None}, ["a@b.example"]),
        (
            {"operation": "track.identify", "path": "/api/v1/customers/42", "payload": {"id": "42", "email": "a@b"}},
            ["42", "42", "a@b"],
        ),
        ({"path": "/api/v1/events", "payload": {"id": "dedupe", "anonymous_id": "visitor"}}, ["visitor"]),
        ({"path": "/v1/send/email", "payload": {"to": "a@b", "identifiers": {"id": 42}}}, ["a@b", "42"]),
        ({"operation": "app.send_push", "path": "/p", "payload": {"to": "all", "identifiers": {"id": 42}}}, ["42"]),
        (
            {"path": "/api/v1/merge_customers", "payload": {"primary": {"id": "1"}, "secondary": {"cio_id": "x"}}},
            ["1", "x"],
        ),
        ({"path": "/v1/identify", "payload": {"userId": "42", "traits": {"email": "a@b"}}}, ["42", "a@b"]),
        ({"path": "/api/v2/batch", "payload": {"batch": [{"identifiers": {"id": "1"}}, 5]}}, ["1"]),
        ({"path": "//[", "payload": "no JSON"}, []),
        ({"path": "*", "payload": [1]}, []),
        ({"path": "/x", "payload": {"emails": "a@b", "email": "", "to": ["a"], "identifiers": 3}}, []),
    ],
)
def test_whom_it_is_about(given: dict[str, Any], expected: list[str]) -> None:
    """People are found by every name in path, query and payload; the id of an event is not a name."""
    assert list(people_in(received(**given))) == expected


@pytest.mark.parametrize(
    ("operation", "payload", "expected"),
    [
        ("track.event", {"name": "purchase", "data": {}}, "purchase"),
        ("pipelines.track", {"event": "purchase"}, "purchase"),
        ("app.send_email", {"subject": "Hello", "body": "…"}, "Hello"),
        ("app.send_email", {"transactional_message_id": 3}, "3"),
        ("track.identify", {"plan": "team", "tags": ["a"]}, 'plan: team, tags: ["a"]'),
        ("track_v2.person_identify", {"attributes": {"plan": "team"}}, "plan: team"),
        ("pipelines.identify", {"traits": {"plan": None}}, "plan: null"),
        ("track.identify", {"name": {"first": "Ada"}}, 'name: {"first":"Ada"}'),
        ("track.suppress", None, ""),
        (
            "track_v2.batch",
            {"batch": [{"type": "person", "action": "event"}] * 2 + [{}]},
            "3 items: 2 person_event, 1 ",
        ),
        ("track_v2.batch", {"batch": "none"}, "no items"),
    ],
)
def test_what_it_says(operation: str, payload: Any, expected: str) -> None:
    """The summary is a title, an event name, the first attributes, or the kinds of entities of a batch."""
    assert summarize(received(operation=operation, payload=payload)) == expected


def test_a_payload_nested_too_deep_is_cut() -> None:
    """A payload nested 5000 levels deep is cut before Python's recursion limit matters. From Python 3.12 on, code in C
    has a limit of its own, which is higher."""
    text, whole = show_payload(deep(5000), MAX_WHOLE)
    assert (whole, text[:1], len(text)) == (False, "[", MAX_WHOLE)
    summary = summarize(received(operation="track.identify", payload={"x": deep(5000)}))
    assert summary.replace("[", "") == "x: …"
    assert len(summary) < 40


def test_a_page_view_without_a_name() -> None:
    """A page view without a name is summarized by its path or address; a call of an SDK by its method and path."""
    properties = {"title": "Shop", "url": "http://localhost/pricing", "path": "/pricing"}
    page = {"timestamp": "2026-11-26T05:36:05Z", "properties": properties}
    assert summarize(received(operation="pipelines.page", payload=page)) == "/pricing"
    del properties["path"]
    assert summarize(received(operation="pipelines.page", payload=page)) == "http://localhost/pricing"
    assert summarize(received(operation="pipelines.in_app", path="/api/v4/users", payload=None)) == "POST /api/v4/users"
