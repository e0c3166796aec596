"""A logged request as a row of the data file: JSON, which is written with each request, and read at the next start."""

from __future__ import annotations

import json
from typing import Any

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.requests.exchange import Exchange
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

_VIOLATIONS, _EXCHANGE = LoggedRequest._fields.index("violations"), LoggedRequest._fields.index("exchange")
_NOTES = LoggedRequest._fields.index("notes")


def _text(body: bytes) -> str:
    """The body of an answer as text: everything else in a request is JSON, where a named tuple is a list."""
    return body.decode("latin-1")


_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_text)


def write_row(logged: LoggedRequest, weight: int) -> bytes:
    """The row of a request with this weight."""
    return _ENCODER.encode((weight, logged)).encode()


def read_row(row: bytes) -> tuple[LoggedRequest, int]:
    """The request in a row, and its weight. Raises any exception for a row that was damaged."""
    weight, fields = json.loads(row)
    fields[_NOTES] = tuple(fields[_NOTES])
    fields[_VIOLATIONS] = tuple(Violation(*each) for each in fields[_VIOLATIONS])
    if fields[_EXCHANGE] is not None:
        fields[_EXCHANGE] = _exchange(fields[_EXCHANGE])
    return LoggedRequest(*fields), int(weight)


def _exchange(fields: list[Any]) -> Exchange:
    base, headers, answer_headers, body, size, milliseconds = fields
    sent, answered = (tuple((name, value) for name, value in each) for each in (headers, answer_headers))
    return Exchange(base, sent, answered, body.encode("latin-1"), size, milliseconds)
