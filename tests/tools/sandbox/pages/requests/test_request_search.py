"""Searches the log of requests."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_pages import deep, received

from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.request_search import (
    Found,
    names_of,
    search_requests,
    select_requests,
)


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


def test_a_page_of_the_search(filled: Any) -> None:
    """A full page names the request before which the next one begins; the last page names none."""
    log = list(filled.service.log)[::-1]
    first = search_requests(log, Query(), (), 3)
    assert first == Found(tuple(log[:3]), log[2].number)
    assert search_requests(log, Query(before=first.next), (), 3) == Found((log[3],))


def test_a_search_that_takes_long_stops(ask: Any) -> None:
    """A batch costs as much as it has entities, a text as much as it is long; the next page goes on from there."""
    batch = [{"type": "person", "action": "identify", "identifiers": {"id": str(number)}} for number in range(20)]
    for _ in range(4):
        ask.notes("POST", "/api/v2/batch", {"batch": batch})
    ask.identify("42")
    log = list(ask.service.log)[::-1]
    for query, budget in ((Query(person="42"), 5000), (Query(words="42"), 1000)):
        found = search_requests(log, query, {"42"}, 9, budget)
        assert (found.requests, found.next, found.unfinished) == ((log[0],), log[2].number, True)
    assert search_requests(log, Query(person="none"), {"none"}, 9, 5000).requests == ()
