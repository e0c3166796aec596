"""The page of all requests with the form for faults, and the page of one request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.formatting import shorten, show_body
from pytest_customerio.tools.sandbox.pages.frame import MAX_WHOLE, PAGE_SIZE, REQUESTS, Context, frame
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.comparison import Table, compare, compare_batch
from pytest_customerio.tools.sandbox.pages.requests.copies import as_curl, as_test
from pytest_customerio.tools.sandbox.pages.requests.entries import make_entry, shown_violations
from pytest_customerio.tools.sandbox.pages.requests.request_search import names_of, search_requests, select_requests
from pytest_customerio.tools.sandbox.requests.request import entity_operation
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

ARCHIVE = f"{REQUESTS}.har"
MOST_NOTES = 100
CREDENTIALS = {
    "basic": "Basic: site id and Track API key",
    "bearer": "Bearer: App API key",
    "write-key": "Basic: write key, no password",
    "none": "none",
}


@dataclass(frozen=True, slots=True)
class FaultForm:
    """What the form for a fault contains, and why the fault is not possible."""

    case: str = "429-retry-after"
    times: str = "1"
    operation: str = ""
    error: str = ""


def requests_page(service: Service, environ: Mapping[str, str], query: Query, form: FaultForm | None = None) -> Context:
    """The requests that match a query, newest first, and the form for faults."""
    log, names = reversed(list(service.log)), _names(service, query)
    found = search_requests(log, query, names, PAGE_SIZE)
    return {
        **frame(service, "requests", query),
        "entries": [make_entry(each) for each in found.requests],
        "older": query.address(before=found.next) if found.next else "",
        "unfinished": found.unfinished,
        "newest": query.address(before=0) if query.before else "",
        "archive": query.address(ARCHIVE, before=0),
        "operations": _operations(service),
        "cases": service.faults.known,
        "form": form or FaultForm(),
        "environ": environ,
    }


def request_page(service: Service, number: int, base: str) -> Context | None:
    """One request with its whole payload beside the contract, its answer, and texts to copy.

    `base` is the address of this sandbox.
    """
    request = find_request(service, number)
    if request is None:
        return None
    operation = service.catalog.operations.get(request.operation or "")
    auth = operation.auth if operation else "none"
    return {
        **frame(service, "requests"),
        "entry": make_entry(request, MAX_WHOLE, MOST_NOTES),
        "call": _call(request, operation),
        "tables": _tables(service, request),
        "curl": as_curl(request, auth, base),
        "test": as_test(request, auth),
        "answer": _answer(request),
        "docs": operation.docs if operation else "",
    }


def find_request(service: Service, number: int) -> LoggedRequest | None:
    """The request of this number, if it is still in the log."""
    return next((each for each in service.log if each.number == number), None)


def matching_requests(service: Service, query: Query) -> Iterator[LoggedRequest]:
    """All requests that match a query, newest first."""
    return select_requests(reversed(list(service.log)), query, _names(service, query))


def _names(service: Service, query: Query) -> frozenset[str]:
    """All names of the person in a query."""
    return names_of(service.workspace, query.person) if query.person else frozenset()


def _call(request: LoggedRequest, operation: Operation | None) -> Context:
    """Address and credentials: what was sent, what the contract says, and what is wrong with it."""
    wire = request.exchange
    sent = next((value for name, value in wire.headers if name.lower() == "authorization"), "none") if wire else ""
    scheme = sent.partition(" ")[0]
    return {
        "address": f"{operation.method} {operation.path}" if operation else "no call of the contract",
        "sent_credentials": scheme,
        "credentials": CREDENTIALS.get(operation.auth, "") if operation else "",
        "violations": [each for each in shown_violations(request) if not each.where.startswith("$")],
    }


def _tables(service: Service, request: LoggedRequest) -> list[Table]:
    """The payload beside the contract; of a batch, the envelope only where it is broken, and each entity."""
    document = service.schema(request.operation) if request.operation else None
    if document is None or not (isinstance(request.payload, dict) or document.get("required")):
        return []
    found = [each for each in shown_violations(request) if each.where.startswith("$")]
    if not (request.operation or "").endswith(".batch"):
        return [compare("Payload", document, request.payload, found)]
    tables = compare_batch(request.payload, found, lambda entity: _entity(service, request, entity))
    listed = {id(each) for table in tables for row in table.rows for each in row.violations}
    listed |= {id(each) for table in tables for each in table.rest}
    envelope = compare("Envelope", document, request.payload, [each for each in found if id(each) not in listed])
    return [*([envelope] if envelope.broken else []), *tables]


def _entity(
    service: Service, request: LoggedRequest, entity: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any] | None]:
    """The operation of one entity of a batch, and its schema."""
    surface = (request.operation or "").partition(".")[0]
    operation = entity_operation(service.catalog, surface, entity)
    return (operation.id, service.schema(operation.id)) if operation else ("unknown entity", None)


def _answer(request: LoggedRequest) -> Context | None:
    wire = request.exchange
    if wire is None or request.fault:
        return None
    return {
        "headers": [(name, shorten(value, 300)) for name, value in wire.answer_headers],
        "body": show_body(wire.body),
        "complete": len(wire.body) == wire.size,
        "milliseconds": f"{wire.milliseconds:.1f}",
    }


def _operations(service: Service) -> dict[str, list[str]]:
    """The operations of each surface."""
    operations: dict[str, list[str]] = {}
    for each in service.catalog.operations:
        operations.setdefault(each.partition(".")[0], []).append(each)
    return operations
