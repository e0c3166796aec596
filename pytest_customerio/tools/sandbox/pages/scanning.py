"""Searches a long list within a bounded time: a page goes as far as it can, and the next page goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from pytest_customerio.tools.sandbox.pages.frame import PAGE_SIZE
from pytest_customerio.tools.sandbox.pages.query import Query

# How much one page searches: about a tenth of a second. Folding the case of ASCII takes about an eighth of the time.
BUDGET = 4_000_000
_PER_ENTRY = 60
_ASCII = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scan(Generic[T]):
    """The entries of one page. `next` is the position at which the next page begins, 0 where there is none.

    `unfinished` says that the page is not full because the search took too long.
    """

    entries: tuple[T, ...]
    next: int = 0
    unfinished: bool = False

    def links(self, query: Query, path: str) -> dict[str, object]:
        """The addresses of the first and the next page, for the template."""
        return {
            "next": query.address(path, start=self.next) if self.next else "",
            "first": query.address(path, start=0) if query.start else "",
            "unfinished": self.unfinished,
        }


def scan(values: Iterable[T], text_of: Callable[[T], str], query: Query, budget: int = BUDGET) -> Scan[T]:
    """The entries from the position `query.start` on whose text contains the words of the query, in any case."""
    words = query.words.casefold()
    found: list[T] = []
    for position, each in enumerate(islice(values, query.start, None), query.start):
        if len(found) == PAGE_SIZE or budget < 0:
            return Scan(tuple(found), position, unfinished=len(found) < PAGE_SIZE)
        if not words:
            found.append(each)
            continue
        text = text_of(each)
        budget -= _PER_ENTRY + (len(text) // _ASCII if text.isascii() else len(text))
        if words in text.casefold():
            found.append(each)
    return Scan(tuple(found))
