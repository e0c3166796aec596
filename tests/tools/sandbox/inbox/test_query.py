"""What is asked of the page, and which requests that means."""

from __future__ import annotations

from typing import Any

import pytest
from inboxes import deep, received

from pytest_customerio.tools.sandbox.inbox.query import MAX_LENGTH, Query, names_of, select_requests


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Query()),
        (
            {"operation": " track ", "person": "42", "q": "x", "broken": "1"},
            Query("track", "42", "x", problems_only=True),
        ),
        ({"before": "12", "start": "50"}, Query(before=12, start=50)),
        ({"before": "-1", "start": "9" * 40, "broken": "yes", "other": "1"}, Query()),
        ({"q": "x" * 5000}, Query(words="x" * MAX_LENGTH)),
    ],
)
def test_an_address_is_read(query: dict[str, str], expected: Query) -> None:
    """What makes no sense is not asked for."""
    assert Query.parse(query) == expected


def test_an_address_is_written() -> None:
    """As it is read; with other words where they are given."""
    asked = Query("track.event", "a&b", "ü \ud800", problems_only=True, before=3)
    assert asked.address() == "/?operation=track.event&person=a%26b&q=%C3%BC+%3F&broken=1&before=3"
    assert asked.address("/x", operation="", person="", words="", problems_only=False, before=0) == "/x"
    assert asked.address(start=50).endswith("&start=50")


def test_whether_anything_is_left_out() -> None:
    """A page further on leaves nothing out."""
    assert [Query(before=3).narrow, Query(words="x").narrow, Query(problems_only=True).narrow] == [False, True, True]


def found(ask: Any, **query: str) -> list[int]:
    """The requests that are asked for, newest first; the first one since the beginning of the test is 1."""
    log = list(ask.service.log)
    asked = Query.parse(query)
    who = names_of(ask.service.workspace, asked.person)
    return [log.index(each) + 1 for each in select_requests(reversed(log), asked, who)]


@pytest.fixture
def filled(ask: Any) -> Any:
    """Four requests: a person, an event, a broken event, an e-mail."""
    ask.identify("42", email="Ada@example.com", plan="team")
    ask.notes("POST", "/api/v1/customers/42/events", {"name": "Purchase", "data": {"sku": "A-1"}})
    ask("POST", "/api/v1/customers/43/events", {"name": "purchase", "timestamp": 1764000000000})
    ask.body(
        "POST", "/v1/send/email", {"to": "ada@example.com", "transactional_message_id": 3, "identifiers": {"id": "9"}}
    )
    return ask


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [4, 3, 2, 1]),
        ({"operation": "track.event"}, [3, 2]),
        ({"operation": "track"}, [3, 2, 1]),
        ({"operation": "tra"}, []),
        ({"person": "42"}, [4, 2, 1]),
        ({"person": "ADA@example.com"}, [4, 2, 1]),
        ({"person": "a30000000001"}, [4, 2, 1]),
        ({"person": "43"}, [3]),
        ({"person": "nobody"}, []),
        ({"q": "PURCHASE"}, [3, 2]),
        ({"q": "sku"}, [2]),
        ({"q": "timestamp-milliseconds"}, [3]),
        ({"q": "/v1/send"}, [4]),
        ({"broken": "1"}, [3]),
        ({"operation": "track.event", "person": "42", "q": "a-1"}, [2]),
    ],
)
def test_what_is_found(filled: Any, query: dict[str, str], expected: list[int]) -> None:
    """Each filter narrows; a person is found by any of its names."""
    assert found(filled, **query) == expected


def test_a_page_goes_on_before_a_number(filled: Any) -> None:
    """That of the last request on the page before."""
    assert found(filled, before=str(filled.service.log.number - 1)) == [2, 1]


def test_a_payload_nested_too_deep_is_not_searched(ask: Any) -> None:
    """The rest of the request is."""
    one = received(payload=deep(5000))
    assert list(select_requests([one], Query(words="track.event"), frozenset())) == [one]
