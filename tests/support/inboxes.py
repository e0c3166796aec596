"""Requests as a sandbox keeps them; shared by the tests of its inbox."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from pytest_customerio.tools.sandbox.service.request_log import LoggedRequest


def received(**given: Any) -> LoggedRequest:
    """A request that went well, but for what is given."""
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
    """A list in a list in a list."""
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


class ReadPage(HTMLParser):
    """A page as a browser reads it: its elements, its text, and what is in one frame."""

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
