"""The pages of the sandbox with 100 000 messages, a full log of requests, and a person with thousands of everything.

Measured is the time from the question to the HTML.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from statistics import median

from side_by_side import Row, table

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.frame import Context
from pytest_customerio.tools.sandbox.pages.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.pages.object_pages import object_page
from pytest_customerio.tools.sandbox.pages.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.rendering import Renderer
from pytest_customerio.tools.sandbox.pages.requests.request_pages import request_page, requests_page
from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.requests.request_log import MAX_REQUESTS
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import Event

MESSAGES, PEOPLE, ROUNDS = 100_000, 300, 7
OF_ONE = 5000  # of each kind, all of one person
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


def crowded() -> Service:
    """A sandbox with a person who has thousands of everything, and a log full of large batches."""
    service = Service()
    key = base64.b64encode(f"{service.keys.site_id}:{service.keys.track}".encode()).decode()
    headers = {"authorization": f"Basic {key}", "content-type": "application/json"}
    workspace = service.workspace
    person, _ = workspace.identify(("id", "p0"), {"email": "p0@example.com"}, AT)
    assert person is not None
    for number in range(OF_ONE):
        workspace.add_device(("id", "p0"), f"token-{number}", {"platform": "ios"})
        target = workspace.objects.find_or_create(("1", f"object-{number}"))
        assert target is not None
        workspace.objects.relate(person, target, {"role": "admin"})
        workspace.segment(number + 1).members[person.cio_id] = None
        workspace.add_event(("id", "p0"), Event(f"event {number}", "event", AT + number, {"total": number}))
        person.attributes[f"attribute_{number}"] = "x" * 150
        delivery = Delivery(f"d{number}", "app.send_email", "a", "b", "c", "", "queued", AT, person=person.cio_id)
        workspace.add_delivery(delivery)
        workspace.report("opened", AT + number, workspace.deliveries["d0"])
    batch = [
        {"type": "person", "action": "identify", "identifiers": {"id": f"p{number}"}, "attributes": {"plan": "pro"}}
        for number in range(OF_ONE * 4 // 5)
    ]
    for _ in range(60):
        service.answer(HttpRequest("POST", "/api/v2/batch", headers, json.dumps({"batch": batch}).encode()))
    return service


def crowded_pages(service: Service) -> dict[str, tuple[str, Callable[[], Context | None]]]:
    """The pages of this sandbox."""
    cio_id = next(iter(service.workspace.people)).cio_id
    return {
        "one person": ("person", lambda: person_page(service, cio_id, Query())),
        "one message": ("message", lambda: message_page(service, "d0")),
        "one object": ("object", lambda: object_page(service, "ob1", Query())),
        "requests": ("requests", lambda: requests_page(service, {}, Query())),
        "requests about nobody": ("requests", lambda: requests_page(service, {}, Query(person="nobody"))),
        "one batch": ("request", lambda: request_page(service, service.log.number, "http://localhost")),
    }


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
    busy = crowded()
    groups = {
        f"page, {MESSAGES:,} messages": pages(service),
        f"page, {OF_ONE:,} of each kind, large batches": crowded_pages(busy),
    }
    found = []
    for group, shown in groups.items():
        for name, (template, make) in shown.items():
            spent = median(seconds(renderer, template, make) for _ in range(ROUNDS))
            found.append(Row(f"{group}: {name}", f"{1000 * spent:.0f} ms", "< 200 ms"))
    return found


if __name__ == "__main__":
    print(table(rows()))
