"""Pages of results in the form in which the App API returns them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import Generic, TypeVar

from pytest_customerio.tools.sandbox.api.call import Call
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.people.person import Notes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageSize:
    """How many results a page has unless `limit` says so, and at most."""

    default: int = 50
    largest: int = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The results of a page, and the token of the next page; empty after the last one.

    `notes` say what is not published about the page that was asked for.
    """

    results: list[T]
    next: str
    notes: Notes = ()


# docs.customer.io/files/journeys-app.json: the parameter `limit` of each call.
USUAL, ACTIVITIES, OPTOUTS = PageSize(), PageSize(10, 100), PageSize(100, 1000)


def page_of(results: Iterable[T], call: Call, name: Callable[[T], str], size: PageSize = USUAL) -> Page[T]:
    """The page that `start` and `limit` of a call select. `name` names a result: `start` is a token with the name of
    the last result of the page before.
    """
    last = last_name(call)
    rest = islice(dropwhile(lambda each: name(each) != last, results), 1, None) if last else iter(results)
    return first_page(rest, call, name, size)


def first_page(results: Iterator[T], call: Call, name: Callable[[T], str], size: PageSize = USUAL) -> Page[T]:
    """The page of results that begin where the page before ended."""
    asked = call.query.get("limit", "")
    limit = min(parse_number(asked) or size.default, size.largest)
    listed = list(islice(results, limit + 1))
    following = _token(name(listed[limit - 1])) if len(listed) > limit else ""
    return Page(listed[:limit], following, () if asked in ("", str(limit)) else _outside(limit, size))


def _outside(limit: int, size: PageSize) -> Notes:
    """What is said of a `limit` that is not within the documented bounds, or is no number."""
    return (f"limit is 1 to {size.largest}: read as {limit}, and what Customer.io does is not published",)


def last_name(call: Call) -> str:
    """The name of the last result of the page before; empty for the first page, and for a token that is not ours."""
    try:
        return base64.b64decode(call.query.get("start", ""), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode("utf-8", "replace")).decode()
