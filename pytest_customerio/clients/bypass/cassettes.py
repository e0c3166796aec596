"""Cassettes of the user's: whether one has an answer. What it would record instead gets our answer, unrecorded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.bypass.leading import always, unread
from pytest_customerio.clients.bypass.notes import closed_over


def has_answer(cassette: Any, method: str, uri: str, body: Any, headers: Any) -> bool:
    """Whether a cassette answers this request, if only with an error of its own.

    One in which nothing is recorded has no answer: pytest-recording names the file of a cassette after the item, so
    that there is none for an item that an error case was added to.
    """
    if not len(cassette):
        return False
    asked = sys.modules["vcr.request"].Request(method, uri, unread(body), dict(headers or {}))
    return bool(cassette.write_protected or cassette.can_play_response_for(asked))


def would_record(cassette: Any, request: Any) -> bool:
    """Whether a cassette would send this request of vcrpy's for real, and record it."""
    return not (cassette.write_protected or cassette.can_play_response_for(request))


def behind(mock: Any) -> Any:
    """The cassette that a function or method of vcrpy plays; None for any other function."""
    mock = getattr(mock, "__func__", mock)
    library = sys.modules.get("vcr.cassette")
    found = (one for one in closed_over(mock) if library is not None and isinstance(one, library.Cassette))
    return next(found, None)


def of_transport(mock: Any, request: Any) -> Callable[[], bool]:
    """Whether what stands in the place of a transport of httpx has an answer to a request."""
    cassette = behind(mock)
    if cassette is None:
        return always

    def answers() -> bool:
        body = unread(request.stream)
        data = body if isinstance(body, bytes) else getattr(request, "_content", b"")
        return has_answer(cassette, request.method, str(request.url), data, request.headers)

    return answers


def of_session(mock: Any, method: str, url: Any, kwargs: dict[str, Any]) -> Callable[[], bool]:
    """Whether what stands in the place of `ClientSession._request` has an answer to a request."""
    cassette = behind(mock)
    if cassette is None:
        return always

    def answers() -> bool:
        data = kwargs.get("data")
        asked = url.extend_query(kwargs.get("params"))
        return has_answer(cassette, method, str(asked), kwargs.get("json") if data is None else data, None)

    return answers
