"""Searches within a bounded time."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.pages.frame import PAGE_SIZE
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.scanning import Scan, scan

TEXTS = [f"Text {number}" for number in range(120)]


def test_pages_without_words() -> None:
    """Without words nothing is searched, and each page begins where the last one ended."""
    first = scan(TEXTS, str.upper, Query(), budget=0)
    assert (first.entries, first.next, first.unfinished) == (tuple(TEXTS[:PAGE_SIZE]), PAGE_SIZE, False)
    assert scan(TEXTS, str, Query(start=100)) == Scan(tuple(TEXTS[100:]))


def test_the_next_page_begins_at_a_position() -> None:
    """A search goes on from the position at which the page before it ended."""
    first = scan(TEXTS, str, Query(words="TEXT"))
    assert first.links(Query(words="text"), "/x") == {"next": "/x?q=text&start=50", "first": "", "unfinished": False}
    last = scan(TEXTS, str, Query(words="text", start=100))
    assert len(last.entries) == 20
    assert last.links(Query(words="text", start=100), "/x") == {"next": "", "first": "/x?q=text", "unfinished": False}


def test_a_search_that_takes_long_stops() -> None:
    """A search stops at its budget and says where it goes on; text that is not ASCII costs more."""
    found = scan(TEXTS, lambda text: text * 1000, Query(words="nothing"), budget=10_000)
    assert (found.entries, found.unfinished) == ((), True)
    costly = scan(TEXTS, lambda text: "ü" * 8000, Query(words="nothing"), budget=10_000)
    assert 0 < costly.next < found.next < 20
