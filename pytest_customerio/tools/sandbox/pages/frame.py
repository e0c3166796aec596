"""What every page contains: the navigation, how much is stored, and the active faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

from pytest_customerio.tools.sandbox.answering.faults import Fault
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.entries import has_problem

Context = dict[str, Any]  # the values that a template shows
PAGE_SIZE = 50
MOST_LISTED = 20  # of a list that has no pages
MOST_ATTRIBUTES = 300  # as many as Customer.io allows for a person or an object
MAX_WHOLE = 200_000  # characters of a payload or body on its own page
REQUESTS = "/_sandbox/inbox/requests"
PEOPLE = "/_sandbox/inbox/people"
MESSAGES = "/_sandbox/inbox/messages"
OBJECTS = "/_sandbox/inbox/objects"
SEGMENTS = "/_sandbox/inbox/segments"
WEBHOOKS = "/_sandbox/inbox/webhooks"
T = TypeVar("T")


def version(service: Service) -> str:
    """A text that changes whenever something changes that a page shows."""
    faults = ",".join(f"{each.id}:{each.given}" for each in service.faults.all)
    posted = sum(1 + len(each.attempts) for each in list(service.webhooks.calls))
    return f"{service.log.number}-{len(service.log)}-{service.revision}-{posted}-{faults}"


def frame(service: Service, tab: str, query: Query | None = None) -> Context:
    """The values of every page. `tab` is the selected part of the navigation."""
    faults, more_faults = first(service.faults.all)
    return {
        "tab": tab,
        "query": query or Query(),
        "region": service.settings.region,
        "version": version(service),
        "counts": {
            "requests": len(service.log),
            "people": len(service.workspace.people),
            "messages": len(service.workspace.deliveries),
            "objects": len(service.workspace.objects),
            "segments": len(service.workspace.segments),
            "webhooks": len(service.webhooks.calls),
        },
        "problems": sum(has_problem(each) for each in service.log),
        "faults": [_fault(each) for each in faults],
        "more_faults": more_faults,
    }


def missing_page(service: Service) -> Context:
    """The page for an address that shows nothing."""
    return frame(service, "")


def rows(values: Iterable[T], query: Query, path: str) -> tuple[Sequence[T], Context]:
    """The rows of a page, and the addresses of the first and the next page; empty if there is no such page."""
    listed = list(islice(values, query.start, query.start + PAGE_SIZE + 1))
    following = query.address(path, start=query.start + PAGE_SIZE) if len(listed) > PAGE_SIZE else ""
    return listed[:PAGE_SIZE], {"next": following, "first": query.address(path, start=0) if query.start else ""}


def first(values: Collection[T], most: int = MOST_LISTED) -> tuple[list[T], int]:
    """The first of some values, and how many more there are."""
    return list(islice(values, most)), max(0, len(values) - most)


def _fault(fault: Fault) -> Context:
    left = "every time" if fault.times is None else f"{fault.times - fault.given} of {fault.times} left"
    return {"id": fault.id, "case": fault.case, "operation": fault.operation or "any operation", "left": left}
