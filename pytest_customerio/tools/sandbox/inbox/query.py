"""Which requests, people or messages the page shows. The query is in the address, so that it can be bookmarked."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from pytest_customerio.tools.sandbox.inbox.entries import has_problem, people_in
from pytest_customerio.tools.sandbox.inbox.formatting import show_value
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.service.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.workspace.people import IDENTIFIER_KINDS, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Query:
    """What the page shows.

    `operation` is an operation or a surface, `person` any identifier, `words` the text that must occur. A page of
    requests begins below the request number `before`, a page of everything else at the row `start`. `kind` selects a
    part of a person's story.
    """

    operation: str = ""
    person: str = ""
    words: str = ""
    problems_only: bool = False
    before: int = 0
    start: int = 0
    kind: str = ""

    @classmethod
    def parse(cls, params: Mapping[str, str]) -> Self:
        """The query in the parameters of an address; invalid values are ignored."""
        operation, person, words = (params.get(name, "").strip()[:MAX_LENGTH] for name in ("operation", "person", "q"))
        before, start = (parse_number(params.get(name, "")) for name in ("before", "start"))
        kind = params.get("kind", "")[:MAX_LENGTH]
        return cls(operation, person, words, params.get("broken") == "1", before, start, kind)

    @classmethod
    def about(cls, person: str) -> Self:
        """The query for all requests about a person."""
        return cls(person=person)

    @property
    def narrow(self) -> bool:
        """Whether the query leaves anything out."""
        return bool(self.operation or self.person or self.words or self.problems_only)

    def address(self, path: str = "/", **changes: Any) -> str:
        """The address of this query with some changes."""
        changed = replace(self, **changes)
        params = {
            "operation": changed.operation,
            "person": changed.person,
            "q": changed.words,
            "broken": "1" if changed.problems_only else "",
            "before": str(changed.before or ""),
            "start": str(changed.start or ""),
            "kind": changed.kind,
        }
        text = urlencode({name: value for name, value in params.items() if value}, errors="replace")
        return f"{path}?{text}" if text else path


def select_requests(requests: Iterable[LoggedRequest], query: Query, names: Container[str]) -> Iterator[LoggedRequest]:
    """The requests that match a query; `names` are all names of the person in the query."""
    return (each for each in requests if _matches(each, query, names))


def _matches(request: LoggedRequest, query: Query, names: Container[str]) -> bool:
    if query.before and request.number >= query.before:
        return False
    if query.operation and not request.concerns(query.operation):
        return False
    if query.problems_only and not has_problem(request):
        return False
    if query.person and not any(name.casefold() in names for name in people_in(request)):
        return False
    words = query.words.casefold()
    return not words or words in _searched_text(request)


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


def _searched_text(request: LoggedRequest) -> str:
    rules = " ".join(each.rule for each in request.violations)
    return f"{request.operation} {request.path} {request.case} {rules} {show_value(request.payload)}".casefold()
