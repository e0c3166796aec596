"""The pages of the sandbox with 100 000 messages and a full log of requests: the time from the question to the HTML."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from statistics import median

from side_by_side import Row, table

from pytest_customerio.tools.sandbox.inbox.frame import Context
from pytest_customerio.tools.sandbox.inbox.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.inbox.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.inbox.query import Query
from pytest_customerio.tools.sandbox.inbox.rendering import Renderer
from pytest_customerio.tools.sandbox.inbox.request_pages import request_page, requests_page
from pytest_customerio.tools.sandbox.service.request import HttpRequest
from pytest_customerio.tools.sandbox.service.request_log import MAX_REQUESTS
from pytest_customerio.tools.sandbox.service.service import Service
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery

MESSAGES, PEOPLE, ROUNDS = 100_000, 300, 7
BODY = "<p>Thank you for your order, and für alles</p>" * 25  # about 1 KB
AT = 1_764_000_000


def filled() -> Service:
    """A sandbox with a full log, people, and many messages."""
    service = Service()
    key = base64.b64encode(f"{service.keys.site_id}:{service.keys.track}".encode()).decode()
    headers = {"authorization": f"Basic {key}", "content-type": "application/json"}
    for number in range(MAX_REQUESTS):
        attributes = {"email": f"p{number % PEOPLE}@example.com", "plan": "pro", "visits": number}
        path = f"/api/v1/customers/p{number % PEOPLE}"
        service.answer(HttpRequest("PUT", path, headers, json.dumps(attributes).encode()))
    people = [each.cio_id for each in service.workspace.people]
    for number in range(MESSAGES):
        delivery = Delivery(
            id=f"delivery-{number}",
            operation="app.send_email",
            to=f"p{number % PEOPLE}@example.com",
            subject=f"Receipt {number}",
            body=BODY,
            plain="Thank you",
            state="queued",
            queued_at=AT + number,
            person=people[number % PEOPLE],
            metrics=[("sent", AT + number), ("delivered", AT + number + 1)],
        )
        service.workspace.add_delivery(delivery)
    return service


def pages(service: Service) -> dict[str, tuple[str, Callable[[], Context | None]]]:
    """Each page by what it shows: its template, and the function that makes its values."""
    cio_id = next(iter(service.workspace.people)).cio_id
    return {
        "requests": ("requests", lambda: requests_page(service, {}, Query())),
        "requests about a person": ("requests", lambda: requests_page(service, {}, Query(person="p1"))),
        "one request": ("request", lambda: request_page(service, service.log.number, "http://localhost")),
        "people": ("people", lambda: people_page(service, Query())),
        "one person with the whole story": ("person", lambda: person_page(service, cio_id, Query())),
        "messages": ("messages", lambda: messages_page(service, Query())),
        "the last page of messages": ("messages", lambda: messages_page(service, Query(start=MESSAGES - 50))),
        "a search that finds nothing": ("messages", lambda: messages_page(service, Query(words="nothing"))),
        "one message": ("message", lambda: message_page(service, "delivery-500")),
    }


def seconds(renderer: Renderer, template: str, make: Callable[[], Context | None]) -> float:
    """The time that one page takes."""
    begun = time.perf_counter()
    context = make()
    assert context is not None
    renderer.render(template, context)
    return time.perf_counter() - begun


def rows() -> list[Row]:
    """Each page with its time."""
    service, renderer = filled(), Renderer()
    assert len(service.workspace.deliveries) == MESSAGES
    found = []
    for name, (template, make) in pages(service).items():
        spent = median(seconds(renderer, template, make) for _ in range(ROUNDS))
        found.append(Row(f"page, {MESSAGES:,} messages: {name}", f"{1000 * spent:.0f} ms", "< 200 ms"))
    return found


if __name__ == "__main__":
    print(table(rows()))
