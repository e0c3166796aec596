"""Searches the log of requests within a bounded time: a batch may name thousands of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.pages.formatting import show_value
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.entries import has_problem, people_in
from pytest_customerio.tools.sandbox.pages.scanning import BUDGET
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.workspace.people.person import IDENTIFIER_KINDS, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# What it costs, in units of `BUDGET`, to read the names in one entity of a batch, and one character of a payload.
_PER_ENTITY = 200
_PER_CHARACTER = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """Requests that match a query, newest first.

    `next` is the number before which the next page begins, 0 where there is none. `unfinished` says that the search
    took too long, so that older requests may match too.
    """

    requests: tuple[LoggedRequest, ...]
    next: int = 0
    unfinished: bool = False


def search_requests(
    requests: Iterable[LoggedRequest], query: Query, names: Collection[str], most: int, budget: float = BUDGET
) -> Found:
    """At most so many of the requests, which come newest first; `names` are all names of the person in the query."""
    found: list[LoggedRequest] = []
    last = 0
    for request in requests:
        if budget < 0:
            return Found(tuple(found[:most]), last, unfinished=True)
        matches, cost = _match(request, query, names)
        budget -= cost
        if matches:
            found.append(request)
        if len(found) > most:
            return Found(tuple(found[:most]), found[most - 1].number)
        last = request.number
    return Found(tuple(found))


def select_requests(requests: Iterable[LoggedRequest], query: Query, names: Collection[str]) -> Iterator[LoggedRequest]:
    """All requests that match a query, however long that takes."""
    return (each for each in requests if _match(each, query, names)[0])


def names_of(workspace: Workspace, name: str) -> frozenset[str]:
    """All names of the person who has this one."""
    people = (workspace.people.find((kind, name)) for kind in (*IDENTIFIER_KINDS, "cio_id"))
    person = next((each for each in people if each), None)
    return frozenset((name.casefold(), *(names_of_person(person) if person else ())))


def names_of_person(person: Person) -> frozenset[str]:
    """All names of a person, also that of the visitor that the person was."""
    visitor = person.attributes.get("anonymous_id")
    names = (person.cio_id, f"cio_{person.cio_id}", *person.identifiers.values())
    return frozenset(each.casefold() for each in (*names, *([visitor] if isinstance(visitor, str) else ())))


def _match(request: LoggedRequest, query: Query, names: Collection[str]) -> tuple[bool, float]:
    """Whether a request matches, and what it cost to find that out."""
    if not _may_match(request, query):
        return False, 0
    cost = 0.0
    if query.person:
        cost = _PER_ENTITY * _entities(request)
        if not any(name.casefold() in names for name in people_in(request)):
            return False, cost
    if not query.words:
        return True, cost
    text = _searched_text(request)
    return query.words.casefold() in text, cost + _PER_CHARACTER * len(text)


def _may_match(request: LoggedRequest, query: Query) -> bool:
    """Whether everything but the person and the words matches."""
    if query.before and request.number >= query.before:
        return False
    if query.operation and not request.concerns(query.operation):
        return False
    return not query.problems_only or has_problem(request)


def _entities(request: LoggedRequest) -> int:
    """How many entities a request has: those of its batch, or the people whom it lists."""
    payload = mapping(request.payload)
    listed = (payload.get(name) for name in ("batch", "ids", "emails"))
    return 1 + sum(len(each) for each in listed if isinstance(each, list))


def _searched_text(request: LoggedRequest) -> str:
    rules = " ".join(each.rule for each in request.violations)
    return f"{request.operation} {request.path} {request.case} {rules} {show_value(request.payload)}".casefold()
