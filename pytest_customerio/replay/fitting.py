"""Adapts a recorded answer to the request that it answers: it was recorded for another request."""

from __future__ import annotations

from dataclasses import replace
from json import dumps
from math import ceil
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pytest_customerio.core.http_dates import http_date, unix_time
from pytest_customerio.core.model import Answer, WireRequest


def fit(answer: Answer, request: WireRequest) -> Answer | None:
    """The answer as this request would draw it; None if this request cannot draw it.

    A redirect leads to the same path and query on the other host; a request to that other host is not redirected. A 207
    names only items that the batch has.
    """
    if 300 <= answer.status < 400:
        return _redirected(answer, request)
    if answer.status == 207:
        return _within(answer, request)
    return answer


def dated(answer: Answer, now: float) -> Answer:
    """The answer as it would be given at the unix time `now`, where its `Retry-After` is a date: it was recorded at
    another time. Without a `Date` of its own it stays, because nothing says how long it asks to wait.

    HTTP dates are whole seconds. `now` stands for one that is half a second to one and a half later: an application
    that waits until the date waits long enough, also where it leaves out fractions and has needed time to read the
    answer.
    """
    until = next((value for value in answer.header("retry-after") if unix_time(value) is not None), None)
    wait = answer.retry_after
    if until is None or wait is None:
        return answer
    answered = ceil(now + 0.5)
    moved = {"date": http_date(answered), "retry-after": http_date(answered + wait)}
    headers = tuple((name, moved.get(name.lower(), value)) for name, value in answer.headers)
    return replace(answer, headers=headers)


def _redirected(answer: Answer, request: WireRequest) -> Answer | None:
    asked = urlsplit(request.url)
    headers = []
    for name, value in answer.headers:
        if name.lower() == "location":
            target = urlsplit(value)
            if target.netloc == asked.netloc:
                return None
            value = urlunsplit((target.scheme, target.netloc, asked.path, asked.query, ""))
        headers.append((name, value))
    return replace(answer, headers=tuple(headers))


def _within(answer: Answer, request: WireRequest) -> Answer:
    answered, sent = answer.payload.value, request.payload.value
    errors = answered.get("errors") if isinstance(answered, dict) else None
    batch = sent.get("batch") if isinstance(sent, dict) else None
    if not isinstance(errors, list) or not isinstance(batch, list):
        return answer
    fitting = [error for error in errors if not _outside(error, len(batch))]
    if len(fitting) == len(errors):
        return answer
    return replace(answer, body=dumps({**answered, "errors": fitting}, separators=(",", ":")).encode())


def _outside(error: Any, size: int) -> bool:
    index = error.get("batch_index") if isinstance(error, dict) else None
    return isinstance(index, int) and index >= size
