"""What somebody asks of the page: which requests, from where on. It stands in the address, so it can be kept."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from pytest_customerio.tools.sandbox.api.call import whole
from pytest_customerio.tools.sandbox.inbox.entries import mentioned, said, wrong
from pytest_customerio.tools.sandbox.service.request_log import Received
from pytest_customerio.tools.sandbox.workspace.people import KINDS
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """`operation` is one or a surface, `person` any identifier, `q` words that stand in it; `before` is a number of a
    request and `start` one of a row, where a page begins.
    """

    operation: str = ""
    person: str = ""
    q: str = ""
    broken: bool = False
    before: int = 0
    start: int = 0

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """As the address says it; what makes no sense is not asked for."""
        operation, person, words = (query.get(name, "").strip()[:LONGEST] for name in ("operation", "person", "q"))
        before, start = (whole(query.get(name, "")) for name in ("before", "start"))
        return cls(operation, person, words, query.get("broken") == "1", before, start)

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.operation or self.person or self.q or self.broken)

    def address(self, path: str = "/", **changes: Any) -> str:
        """The address of the same question with these changes."""
        other = replace(self, **changes)
        said = {
            "operation": other.operation,
            "person": other.person,
            "q": other.q,
            "broken": "1" if other.broken else "",
            "before": str(other.before or ""),
            "start": str(other.start or ""),
        }
        query = urlencode({name: value for name, value in said.items() if value}, errors="replace")
        return f"{path}?{query}" if query else path


def chosen(found: Iterable[Received], asked: Asked, names: Container[str]) -> Iterator[Received]:
    """Those that are asked for; `names` are all names of the person that is."""
    words = asked.q.casefold()
    for one in found:
        if asked.before and one.number >= asked.before:
            continue
        if asked.operation and asked.operation not in (one.operation, (one.operation or "").partition(".")[0]):
            continue
        if asked.broken and not wrong(one):
            continue
        if asked.person and not any(name.casefold() in names for name in mentioned(one)):
            continue
        if words and words not in _said(one):
            continue
        yield one


def names(workspace: Workspace, person: str) -> frozenset[str]:
    """All names of whoever has this one."""
    found = next((who for kind in (*KINDS, "cio_id") if (who := workspace.people.find((kind, person)))), None)
    known = (found.cio_id, f"cio_{found.cio_id}", *found.identifiers.values()) if found else ()
    return frozenset(name.casefold() for name in (person, *known))


def _said(one: Received) -> str:
    rules = " ".join(each.rule for each in one.violations)
    return f"{one.operation} {one.path} {one.case} {rules} {said(one.payload)}".casefold()
