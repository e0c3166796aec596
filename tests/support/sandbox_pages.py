"""Logged requests, and pages as a browser reads them; for the tests of the sandbox's pages."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from pytest_customerio.tools.sandbox.pages.rendering import Renderer
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

RENDERER = Renderer()
MAIL = {
    "to": "ada@example.com",
    "identifiers": {"id": "42"},
    "transactional_message_id": 3,
    "from": "Shop <shop@example.com>",
    "subject": "Hello {{customer.first_name}}",
    "body": "<h1>Hello, {{customer.first_name}}!</h1>",
    "body_plain": "Hello!",
}


def received(**given: Any) -> LoggedRequest:
    """A logged request without any problem, with the given fields replaced."""
    known: dict[str, Any] = {
        "number": 7,
        "at": 1_764_000_000.0,
        "operation": "track.event",
        "method": "POST",
        "path": "/api/v1/customers/42/events",
        "payload": {"name": "purchase"},
        "status": 200,
        "fault": None,
        "case": "",
        "source": "documented",
        "notes": (),
        "violations": (),
        "client": "Customer.io Python Client/3.2.0",
    }
    return LoggedRequest(**{**known, **given})


def deep(levels: int) -> Any:
    """A list that is nested so deep."""
    nested: Any = 1
    for _ in range(levels):
        nested = [nested]
    return nested


class ReadPage(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]


def read(name: str, context: dict[str, Any] | None) -> ReadPage:
    """A page, rendered and parsed."""
    assert context is not None
    return ReadPage(RENDERER.render(name, context))
