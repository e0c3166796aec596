"""The page of all requests with the form for faults, and the page of one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from pytest_customerio.tools.sandbox.inbox.entries import make_entry
from pytest_customerio.tools.sandbox.inbox.frame import MAX_WHOLE, PAGE_SIZE, Context, frame
from pytest_customerio.tools.sandbox.inbox.query import Query, names_of, select_requests
from pytest_customerio.tools.sandbox.service.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.service.service import Service


@dataclass(frozen=True, slots=True)
class FaultForm:
    """What the form for a fault contains, and why the fault is not possible."""

    case: str = "429-retry-after"
    times: str = "1"
    operation: str = ""
    error: str = ""


def requests_page(service: Service, environ: Mapping[str, str], query: Query, form: FaultForm | None = None) -> Context:
    """The requests that match a query, newest first, and the form for faults."""
    names = names_of(service.workspace, query.person) if query.person else frozenset()
    requests = list(islice(select_requests(reversed(list(service.log)), query, names), PAGE_SIZE + 1))
    return {
        **frame(service, "requests", query),
        "entries": [make_entry(each) for each in requests[:PAGE_SIZE]],
        "older": query.address(before=requests[PAGE_SIZE - 1].number) if len(requests) > PAGE_SIZE else "",
        "newest": query.address(before=0) if query.before else "",
        "operations": _operations(service),
        "cases": service.faults.known,
        "form": form or FaultForm(),
        "environ": environ,
    }


def request_page(service: Service, number: int) -> Context | None:
    """One request with its whole payload."""
    request: LoggedRequest | None = next((each for each in service.log if each.number == number), None)
    return {**frame(service, "requests"), "entry": make_entry(request, MAX_WHOLE)} if request else None


def _operations(service: Service) -> dict[str, list[str]]:
    """The operations of each surface."""
    operations: dict[str, list[str]] = {}
    for each in service.catalog.operations:
        operations.setdefault(each.partition(".")[0], []).append(each)
    return operations
