"""Pages of results."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.api.app.paging import ACTIVITIES, OPTOUTS, USUAL, PageSize, last_name, page_of
from pytest_customerio.tools.sandbox.api.call import Call


def test_pages_follow_each_other() -> None:
    """`next` of a page is the `start` of the next one; the last page has none."""
    first = page_of(range(5), Call(query={"limit": "2"}), str)
    second = page_of(range(5), Call(query={"limit": "2", "start": first.next}), str)
    third = page_of(range(5), Call(query={"limit": "2", "start": second.next}), str)
    assert [each.results for each in (first, second, third)] == [[0, 1], [2, 3], [4]]
    assert third.next == ""


def test_a_page_ends_where_it_ended_although_results_were_removed() -> None:
    """Results that are removed between two pages move no other result out of the next page."""
    first = page_of(["a", "b", "c", "d"], Call(query={"limit": "2"}), str)
    assert page_of(["b", "c", "d"], Call(query={"limit": "2", "start": first.next}), str).results == ["c", "d"]


@pytest.mark.parametrize(
    ("query", "results"),
    [
        ({}, 3),
        ({"limit": "2"}, 2),
        ({"limit": "9"}, 4),
        ({"limit": "x"}, 3),
        ({"limit": "0"}, 3),
        ({"start": "not base64!"}, 3),
        ({"start": "_w=="}, 3),
    ],
)
def test_the_size_of_a_page(query: dict[str, str], results: int) -> None:
    """A page has the default size unless `limit` says less or more, and never more than the largest."""
    assert len(page_of(range(9), Call(query=query), str, PageSize(3, 4)).results) == results


@pytest.mark.parametrize(("limit", "read_as"), [("9", 4), ("0", 3), ("-1", 3), ("x", 3)])
def test_a_size_that_is_not_documented(limit: str, read_as: int) -> None:
    """A note says how such a limit is read, because what the service does is not published."""
    said = f"limit is 1 to 4: read as {read_as}, and what Customer.io does is not published"
    assert page_of(range(9), Call(query={"limit": limit}), str, PageSize(3, 4)).notes == (said,)
    assert page_of(range(9), Call(query={"limit": "4"}), str, PageSize(3, 4)).notes == ()


def test_the_documented_sizes() -> None:
    """docs.customer.io/files/journeys-app.json: `limit` of messages and people, of activities, of opt-outs."""
    assert (PageSize(50, 1000), PageSize(10, 100), PageSize(100, 1000)) == (USUAL, ACTIVITIES, OPTOUTS)
    assert last_name(Call(query={"start": "MTox"})) == "1:1"
