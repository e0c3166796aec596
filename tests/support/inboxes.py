"""Requests as a sandbox keeps them; shared by the tests of its inbox."""

from __future__ import annotations

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
