"""The query in the address of a page."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.pages.query import MAX_LENGTH, Query


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
