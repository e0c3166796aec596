"""A logged request as a row of the data file: JSON, which is written with each request, and read at the next start."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.service.exchange import Exchange
from pytest_customerio.tools.sandbox.service.request_log import LoggedRequest

# The encoder calls this for a violation and for the body of an answer: everything else is JSON as it is.
_OF_VIOLATION = attrgetter(*Violation.__dataclass_fields__)
_VIOLATIONS, _EXCHANGE = LoggedRequest._fields.index("violations"), LoggedRequest._fields.index("exchange")
_NOTES = LoggedRequest._fields.index("notes")


def _other(value: Any) -> Any:
    return value.decode("latin-1") if type(value) is bytes else _OF_VIOLATION(value)


_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_other)


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
