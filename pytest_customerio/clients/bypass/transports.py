"""httpx and httpx2: leads past mocks in the place of transports, and past transports that are mocks themselves."""

from __future__ import annotations

import ssl
import sys
from functools import partial
from typing import Any

from pytest_customerio.clients.bypass import cassettes, fakes, notes
from pytest_customerio.clients.bypass.leading import alead, bound, lead, note_engine, unread, wanted
from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.process.patching import Wrapper

# What a transport that sends by itself calls, beside `super()`.
SENDING = frozenset({"handle_request", "handle_async_request", "send"})


def _handle(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    """In the place of `handle_request` of a transport."""

    def handle_request(transport: Any, request: Any) -> Any:
        __tracebackhide__ = True
        theirs = bound(mock, transport)
        if not (wanted() and places.concerns(request.url.host, request.url.port)):
            return theirs(request)
        return _led(partial(real, transport), theirs, notes.of_transport(mock, transport), request)

    async def handle_async_request(transport: Any, request: Any) -> Any:
        __tracebackhide__ = True
        theirs = bound(mock, transport)
        if not (wanted() and places.concerns(request.url.host, request.url.port)):
            return await theirs(request)
        return await _aled(partial(real, transport), theirs, notes.of_transport(mock, transport), request)

    return handle_async_request if real.__name__ == "handle_async_request" else handle_request


def _own_answer(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    """In the place of `handle_request` of a transport that never sends, such as `MockTransport`."""

    def handle_request(transport: Any, request: Any) -> Any:
        __tracebackhide__ = True
        theirs = bound(mock, transport)
        if not (wanted() and places.concerns(request.url.host, request.url.port)):
            return theirs(request)
        return Led(transport, theirs).handle_request(request)

    async def handle_async_request(transport: Any, request: Any) -> Any:
        __tracebackhide__ = True
        theirs = bound(mock, transport)
        if not (wanted() and places.concerns(request.url.host, request.url.port)):
            return await theirs(request)
        return await Led(transport, theirs).handle_async_request(request)

    return handle_async_request if real.__name__ == "handle_async_request" else handle_request


def _transport_for_url(real: Wrapper, mock: Any, places: Places) -> Wrapper:
    def transport_for_url(client: Any, url: Any) -> Any:
        theirs = bound(mock, client)(url)
        if not (wanted() and places.concerns(url.host, url.port)):
            return theirs
        own = theirs if mock is real else real(client, url)
        if theirs is not own:
            return Led(theirs, engine=own)
        if not _sends(theirs):
            return Led(theirs)
        note_engine(theirs)
        _lead_within(theirs, places)
        return theirs

    return transport_for_url


def _sends(transport: Any) -> bool:
    """Whether a transport sends with httpx's own, perhaps after work of its own, or is led past by itself."""
    httpx = module_of(transport)
    engines = (httpx.HTTPTransport, httpx.AsyncHTTPTransport)
    for engine, name in zip(engines, ("handle_request", "handle_async_request"), strict=True):
        if isinstance(transport, engine):
            return name not in vars(transport) and not fakes.answers_itself(transport, engine, name, SENDING)
    mocks = (httpx.MockTransport, httpx.WSGITransport, httpx.ASGITransport)
    bases = (httpx.BaseTransport, httpx.AsyncBaseTransport, httpx.Client, httpx.AsyncClient)
    return isinstance(transport, mocks) or bool(fakes.held(transport, bases))


def _lead_within(transport: Any, places: Places, seen: tuple[Any, ...] = ()) -> None:
    """Lead past the mocks that a transport of the application's holds, such as one that retries."""
    httpx = module_of(transport)
    for one in fakes.held(transport, (httpx.BaseTransport, httpx.AsyncBaseTransport)):
        if any(one is each for each in seen):
            continue
        if _sends(one):
            _lead_within(one, places, (*seen, transport))
            continue
        for name in ("handle_request", "handle_async_request"):
            if hasattr(one, name):
                places.add(type(one), name, lambda before: _own_answer(before, before, places))


def module_of(transport: Any) -> Any:
    """The library that a transport belongs to: `httpx` or `httpx2`."""
    httpx2 = sys.modules.get("httpx2")
    if httpx2 is not None and isinstance(transport, (httpx2.BaseTransport, httpx2.AsyncBaseTransport)):
        return httpx2
    return sys.modules.get("httpx", httpx2)


class Led:
    """Takes the place of a transport that is a mock. `engine` is the client's own, a new one where it has none."""

    def __init__(self, transport: Any, answer: Wrapper | None = None, engine: Any = None) -> None:
        self._transport = transport
        self._answer = answer
        self._engine = engine

    def handle_request(self, request: Any) -> Any:
        """Send with the engine; where the case does not answer, the mock does."""
        __tracebackhide__ = True
        engine = self._engine or module_of(self._transport).HTTPTransport(verify=_verified())
        theirs = self._answer or self._transport.handle_request
        return _led(engine.handle_request, theirs, self._note(theirs), request)

    def _note(self, answer: Any) -> notes.Noting | None:
        return notes.of_transport(self._transport) or notes.of_mock(answer)

    async def handle_async_request(self, request: Any) -> Any:
        """As `handle_request`."""
        __tracebackhide__ = True
        engine = self._engine or module_of(self._transport).AsyncHTTPTransport(verify=_verified())
        theirs = self._answer or self._transport.handle_async_request
        return await _aled(engine.handle_async_request, theirs, self._note(theirs), request)


def _verified() -> ssl.SSLContext:
    """A context that checks certificates, as the client's own does, without the authorities, which take long to load.

    The engine answers from memory. It needs the context only so that the client does not count as one that checks none.
    """
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _led(real: Wrapper, mock: Wrapper, note: notes.Noting | None, request: Any) -> Any:
    __tracebackhide__ = True

    def answer() -> Any:
        __tracebackhide__ = True
        _reread(request)
        return mock(request)

    tell = None if note is None else partial(note, request, (), {})
    return lead(partial(real, request), answer, tell, cassettes.of_transport(mock, request))


async def _aled(real: Wrapper, mock: Wrapper, note: notes.Noting | None, request: Any) -> Any:
    __tracebackhide__ = True

    def answer() -> Any:
        _reread(request)
        return mock(request)

    tell = None if note is None else partial(note, request, (), {})
    return await alead(partial(real, request), answer, tell, cassettes.of_transport(mock, request))


def _reread(request: Any) -> None:
    """Let the mock read a stream again that the engine has read."""
    data = unread(request.stream)
    if data is not request.stream:
        library = sys.modules[type(request).__module__.partition(".")[0]]
        request.stream = library.ByteStream(data)


MADE = {
    "Client._transport_for_url": _transport_for_url,
    "AsyncClient._transport_for_url": _transport_for_url,
    "MockTransport.handle_request": _own_answer,
    "MockTransport.handle_async_request": _own_answer,
    "WSGITransport.handle_request": _own_answer,
    "ASGITransport.handle_async_request": _own_answer,
}
WHERE_MOCKED = _handle
