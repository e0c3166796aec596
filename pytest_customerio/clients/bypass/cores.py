"""httpcore and httpcore2: leads past mocks in the place of pools and connections, such as those of respx."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_customerio.clients.bypass import notes
from pytest_customerio.clients.bypass.leading import Note, alead, bound, lead, unread, wanted
from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.clients.transport.bodies import ReadBody
from pytest_customerio.process.patching import Wrapper


def _handle(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    def handle_request(pool: Any, request: Any) -> Any:
        __tracebackhide__ = True
        theirs = partial(bound(mock, pool), request)
        if not _is_ours(request, places):
            return theirs()
        return lead(partial(real, pool, request), partial(_reread, request, theirs), _note(mock, request))

    async def handle_async_request(pool: Any, request: Any) -> Any:
        __tracebackhide__ = True
        theirs = partial(bound(mock, pool), request)
        if not _is_ours(request, places):
            return await theirs()
        return await alead(partial(real, pool, request), partial(_reread, request, theirs), _note(mock, request))

    return handle_async_request if real.__name__ == "handle_async_request" else handle_request


def _is_ours(request: Any, places: Places) -> bool:
    return wanted() and places.concerns(request.url.host.decode("ascii"), request.url.port)


def _reread(request: Any, answer: Callable[[], Any]) -> Any:
    """Let the mock answer; it can read a stream again that the pool has read."""
    __tracebackhide__ = True
    data = unread(request.stream)
    if data is not request.stream:
        request.stream = ReadBody(data)
    return answer()


def _note(mock: Any, request: Any) -> Note | None:
    note = notes.of_core(mock)
    return None if note is None else partial(note, request, (), {})


MADE: dict[str, Any] = {}
WHERE_MOCKED = _handle
