"""The query in the address of a page, and the requests that match it."""

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
    """Parameters are stripped and cut; invalid values are ignored."""
    assert Query.parse(query) == expected


def test_an_address_is_written() -> None:
    """The address contains every part of the query, with the changes that are given."""
    parsed = Query("track.event", "a&b", "ü \ud800", problems_only=True, before=3)
    assert parsed.address() == "/?operation=track.event&person=a%26b&q=%C3%BC+%3F&broken=1&before=3"
    assert parsed.address("/x", operation="", person="", words="", problems_only=False, before=0) == "/x"
    assert parsed.address(start=50).endswith("&start=50")


def test_whether_anything_is_left_out() -> None:
    """A query is narrow if it filters; the position of a page is not a filter."""
    assert [Query(before=3).narrow, Query(words="x").narrow, Query(problems_only=True).narrow] == [False, True, True]


def found_numbers(ask: Any, **query: str) -> list[int]:
    """The numbers of the matching requests, newest first, where 1 is the first request of the test."""
    log = list(ask.service.log)
    parsed = Query.parse(query)
    names = names_of(ask.service.workspace, parsed.person)
    return [log.index(each) + 1 for each in select_requests(reversed(log), parsed, names)]


@pytest.fixture
def filled(ask: Any) -> Any:
    """A sandbox with four requests: a person, an event, an invalid event, an e-mail."""
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
    """Each filter leaves requests out; a person is found by any of the person's names."""
    assert found_numbers(filled, **query) == expected


def test_a_page_goes_on_before_a_number(filled: Any) -> None:
    """A page contains the requests with a smaller number than `before`."""
    assert found_numbers(filled, before=str(filled.service.log.number - 1)) == [2, 1]


def test_a_payload_nested_too_deep_is_not_searched(ask: Any) -> None:
    """A request with a payload nested too deep is still found by its operation."""
    one = received(payload=deep(5000))
    assert list(select_requests([one], Query(words="track.event"), frozenset())) == [one]
