"""Turns a request and its answer into an entry of the log."""

from __future__ import annotations

from collections.abc import Sequence
from sys import getsizeof
from typing import Any, NamedTuple

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.answering.answers import SandboxAnswer
from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.requests.exchange import exchange
from pytest_customerio.tools.sandbox.requests.request import LONGEST_SHOWN, ApiRequest, HttpRequest
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest


class Reading(NamedTuple):
    """What the service read in a request. `weight` is the size of the payload in memory, in bytes."""

    operation: str | None
    payload: Any = None
    violations: Sequence[Violation] = ()
    weight: int = 0


def read_as(request: ApiRequest, *, trusted: bool) -> Reading:
    """What a request says; of a large payload only the beginning if the client has no key: it could send anything."""
    payload, weight = request.payload, request.weight
    if not trusted and weight > LONGEST_SHOWN:
        payload = as_text(payload)[:LONGEST_SHOWN]
        weight = getsizeof(payload)
    return Reading(request.name, payload, request.violations, weight)


def log_entry(
    number: int, at: float, http: HttpRequest, reading: Reading, answer: SandboxAnswer, milliseconds: float
) -> tuple[LoggedRequest, int]:
    """The entry of a request, and its size in memory in bytes."""
    wire = exchange(http.base, http.headers, answer.answer, milliseconds)
    logged = LoggedRequest(
        number=number,
        at=at,
        operation=reading.operation,
        method=http.method,
        path=http.target,
        payload=reading.payload,
        status=answer.answer.status,
        fault=answer.answer.fault,
        case=answer.case,
        source=answer.source,
        notes=answer.notes,
        violations=tuple(reading.violations),
        client=http.headers.get("user-agent", ""),
        exchange=wire,
    )
    return logged, reading.weight + wire.weight
