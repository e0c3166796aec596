"""A recorded answer made to fit the request that it answers: recorded once, it is played to any."""

from __future__ import annotations

from dataclasses import replace
from json import dumps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pytest_customerio.core.model import Answer, WireRequest


def fit(answer: Answer, request: WireRequest) -> Answer | None:
    """The answer as this request would draw it; None where it cannot draw it.

    A redirect leads to the same path and query on the other host; that host itself redirects nobody. The errors of a
    207 are about items that the batch has.
    """
    if 300 <= answer.status < 400:
        return _redirected(answer, request)
    if answer.status == 207:
        return _within(answer, request)
    return answer


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
    told, sent = answer.payload.value, request.payload.value
    errors = told.get("errors") if isinstance(told, dict) else None
    batch = sent.get("batch") if isinstance(sent, dict) else None
    if not isinstance(errors, list) or not isinstance(batch, list):
        return answer
    fitting = [error for error in errors if not _beyond(error, len(batch))]
    if len(fitting) == len(errors):
        return answer
    return replace(answer, body=dumps({**told, "errors": fitting}, separators=(",", ":")).encode())


def _beyond(error: Any, size: int) -> bool:
    index = error.get("batch_index") if isinstance(error, dict) else None
    return isinstance(index, int) and index >= size
