"""One connection of aiohttp to Customer.io, in memory: reads requests, and gives the answer or fault of each."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from pytest_customerio.clients.bypass.leading import MockAnswersError
from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport import wire
from pytest_customerio.clients.transport.faults import received, socket_error
from pytest_customerio.clients.transport.http1 import CONTINUE, RequestParser, serialize
from pytest_customerio.core.model import WireRequest

Arrived = list[WireRequest]

_CHUNK = 65536
_arrived: ContextVar[Arrived | None] = ContextVar("cio_aiohttp_arrived", default=None)


def watch() -> Arrived:
    """A list of the requests that reach the server from this context from now on, until `unwatch`."""
    arrived: Arrived = []
    _arrived.set(arrived)
    return arrived


def unwatch() -> None:
    """Stop watching. A `contextvars.Token` cannot be used, because a call may end in another context than the one it
    began in.
    """
    _arrived.set(None)


class Transport(asyncio.Transport):
    """The client's side of one connection; the server answers one round of the event loop after a request is whole."""

    def __init__(
        self, traffic: Traffic, aiohttp: Any, req: Any, loop: asyncio.AbstractEventLoop, protocol: Any, *, limited: bool
    ) -> None:
        super().__init__()
        self._traffic = traffic
        self._aiohttp = aiohttp
        self._url, self._key = req.url, req.connection_key
        self._host = (req.url.host, req.url.port)
        self._limited = limited
        self._served = False
        self._loop = loop
        self._parser = RequestParser(wire.origin(req.url.scheme, *self._host))
        self._arriving = io.BytesIO()
        self._paused = False
        self._closing = False
        self._continued = False
        self._protocol = protocol

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        for request in self._parser.feed(data):
            self._continued = False
            if (arrived := _arrived.get()) is not None:
                arrived.append(request)
            # One round later the client has ended its writing, as it has when a real server answers.
            self._loop.call_soon(self._loop.call_soon, self._respond, request)
        if self._parser.expects_continue and not self._continued:
            self._continued = True
            self._loop.call_soon(self._deliver, CONTINUE)

    def _respond(self, request: WireRequest) -> None:
        try:
            answer = self._traffic.answer(request)
        except (
            Exception,
            MockAnswersError,
        ) as error:  # to be raised in the application's task
            self._protocol.set_exception(error)
            return
        self._served = True
        if answer.fault == "truncated-body":
            self._deliver(serialize(received(answer), request.method))
            self.close()
        elif answer.fault is not None:
            _FAULTS[answer.fault](self)
        else:
            self._deliver(serialize(answer, request.method))

    def _deliver(self, data: bytes) -> None:
        self._arriving = io.BytesIO(self._arriving.read() + data)
        self._answer_next()

    def _answer_next(self) -> None:
        while not self._paused and not self._closing and (data := self._arriving.read(_CHUNK)):
            self._protocol.data_received(data)

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        self._loop.call_soon(self._answer_next)

    def is_reading(self) -> bool:
        return not self._paused

    def reset(self) -> None:
        """Break the connection, as a server does."""
        self._closing = True
        self._protocol.connection_lost(socket_error("connection-reset"))

    def time_out(self) -> None:
        """Give no answer, so that the client runs into its limit, whichever it is."""
        if self._protocol.read_timeout is None:
            self._protocol.set_exception(TimeoutError())
        else:
            kind = getattr(self._aiohttp, "SocketTimeoutError", self._aiohttp.ServerTimeoutError)  # before 3.10
            self._protocol.set_exception(kind("Timeout on reading data from socket"))

    def refuse(self) -> None:
        """Refuse the connection, as a port without a server does."""
        error = socket_error("connection-refused")
        self._unconnected(
            "ClientConnectorError", type(error)(error.errno, f"Connect call failed {self._key.host, self._key.port}")
        )

    def fail_look_up(self) -> None:
        """Fail to resolve the host's name. Some versions of aiohttp have no exception class of their own for that."""
        name = (
            "ClientConnectorDNSError" if hasattr(self._aiohttp, "ClientConnectorDNSError") else "ClientConnectorError"
        )
        self._unconnected(name, socket_error("dns-failure"))

    def fail_handshake(self) -> None:
        """Break off the TLS handshake, as a server does."""
        self._unconnected("ClientConnectorSSLError", socket_error("tls-failure"))

    def time_out_connecting(self) -> None:
        """Accept no connection, so that the client runs into its limit, whichever it is."""
        if self._limited:
            text = f"Connection timeout to host {self._url}"
            kind = getattr(self._aiohttp, "ConnectionTimeoutError", self._aiohttp.ServerTimeoutError)
            self._protocol.set_exception(kind(text))
        else:
            self._protocol.set_exception(TimeoutError())

    def _unconnected(self, name: str, error: OSError) -> None:
        raised = getattr(self._aiohttp, name)(self._key, error)
        raised.__cause__ = error
        self._protocol.set_exception(raised)

    def is_closing(self) -> bool:
        """Whether an open connection must not be used again: we do not answer it any more, or the case at work breaks
        connections before they are made.
        """
        useless = self._served and self._traffic.at_connect(*self._host)
        return self._closing or useless or passes_through() or not self._traffic.concerns(*self._host)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return False


_FAULTS: dict[str, Callable[[Transport], None]] = {
    "connect-timeout": Transport.time_out_connecting,
    "connection-refused": Transport.refuse,
    "dns-failure": Transport.fail_look_up,
    "tls-failure": Transport.fail_handshake,
    "connection-reset": Transport.reset,
    "accepted-then-reset": Transport.reset,
    "read-timeout": Transport.time_out,
}
