"""Answers aiohttp: each connection of a `TCPConnector` to Customer.io leads to a server in memory."""

from __future__ import annotations

import asyncio
import functools
import importlib
import io
import ssl
import types
from collections.abc import Callable, Generator
from contextvars import ContextVar
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM
from typing import Any

from pytest_customerio.clients.bypass.leading import MockAnswersError
from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport import wire
from pytest_customerio.clients.transport.faults import received, socket_error
from pytest_customerio.clients.transport.http1 import CONTINUE, RequestParser, serialize
from pytest_customerio.clients.transport.sockets import check_connecting, check_context, check_name, is_usual
from pytest_customerio.core.model import WireRequest
from pytest_customerio.process.parts import AIOHTTP, Part
from pytest_customerio.process.patching import Patches

Arrived = list[WireRequest]

_CHUNK = 65536
# An address that nobody has.
_RESERVED = "192.0.2.1"
_arrived: ContextVar[Arrived | None] = ContextVar("cio_aiohttp_arrived", default=None)


CONNECT = Part(
    AIOHTTP,
    "aiohttp",
    "TCPConnector._create_connection",
    "requests that no mock answers get our answer",
    "the guard refuses requests that no mock answers",
)
REUSE = Part(
    AIOHTTP,
    "aiohttp.connector",
    "BaseConnector._get",
    "a connection that was open before is not used any more",
    "a request may leave through a connection that was open before",
)
PARTS = (CONNECT, REUSE)


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


def install(traffic: Traffic, patches: Patches) -> None:
    """Answer every TCP connector. Open connections are closed when traffic is switched off."""
    aiohttp = importlib.import_module("aiohttp")
    patches.patch(CONNECT, functools.partial(_connect, traffic, aiohttp))
    patches.patch(REUSE, functools.partial(_reuse, traffic, aiohttp.TCPConnector))


def _connect(traffic: Traffic, aiohttp: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    async def create_connection(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        if passes_through() or not traffic.concerns(req.url.host, req.url.port):
            return await original(self, req, traces, timeout)
        await _check_connecting(aiohttp, self, req, timeout)
        protocol = self._factory()
        limited = timeout.connect is not None or timeout.sock_connect is not None
        protocol.connection_made(_Transport(traffic, aiohttp, req, self._loop, protocol, limited=limited))
        return protocol

    return create_connection


def _reuse(traffic: Traffic, kind: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    """Close connections to Customer.io that were open before we were installed. `_conns` is private (3.11 to 3.14)."""

    async def get(self: Any, key: Any, *args: Any) -> Any:
        if isinstance(self, kind) and traffic.concerns(key.host, key.port) and not passes_through():
            for protocol, _ in self._conns.get(key, ()):
                if protocol.transport is not None and not isinstance(protocol.transport, _Transport):
                    protocol.close()
        return await original(self, key, *args)

    return get


async def _check_connecting(aiohttp: Any, connector: Any, req: Any, timeout: Any) -> None:
    """Raise what connecting raises for these settings.

    `helpers.ceil_timeout`, `_local_addr_infos` and `_socket_factory` are private in aiohttp 3.11 to 3.14. Without them
    impossible settings are not noticed.
    """
    __tracebackhide__ = True
    ceil_timeout = getattr(aiohttp.helpers, "ceil_timeout", None)
    if ceil_timeout is not None and not (is_usual(timeout.sock_connect) and is_usual(timeout.ceil_threshold)):
        async with ceil_timeout(timeout.sock_connect, ceil_threshold=timeout.ceil_threshold):
            await _a_few_rounds()
    elif not (is_usual(timeout.total) and is_usual(timeout.connect)):
        await _a_few_rounds()
    try:
        _check_socket(connector, req.url.port)
    except OSError as error:
        raise aiohttp.ClientConnectorError(req.connection_key, error) from error
    if req.url.scheme in ("https", "wss"):
        _check_tls(aiohttp, connector, req)


def _check_socket(connector: Any, port: Any) -> None:
    """Raise what aiohttp raises when it makes a socket, and binds it to an address of this machine.

    A factory of the application makes the socket where there is one (aiohttp 3.12 and later). It is given an address
    that is reserved for documentation (RFC 5737), because no name is looked up.
    """
    __tracebackhide__ = True
    factory = getattr(connector, "_socket_factory", None)
    if factory is not None:
        sock = factory((AF_INET, SOCK_STREAM, IPPROTO_TCP, "", (_RESERVED, port)))
        sock.setblocking(False)  # noqa: FBT003 - as aiohttp calls it
        sock.close()
    refused = [_refusal(*info) for info in getattr(connector, "_local_addr_infos", None) or ()]
    if refused and None not in refused:
        raise next(filter(None, reversed(refused)))


def _refusal(family: int, kind: Any, proto: Any, name: Any, address: Any) -> OSError | None:
    """Why no socket can be bound to this address, in aiohttp's words; None where one can."""
    try:
        check_connecting(None, address, family=family)
    except OSError as error:
        words = f"error while attempting to bind on address {address!r}: {str(error.strerror).lower()}"
        return OSError(error.errno, words)
    return None


def _check_tls(aiohttp: Any, connector: Any, req: Any) -> None:
    """Raise what a handshake raises; `_ssl` of connectors is private in aiohttp 3.11 to 3.14."""
    __tracebackhide__ = True
    name = (getattr(req, "server_hostname", None) or req.url.host).rstrip(".")
    given = [one for one in (req.ssl, getattr(connector, "_ssl", None)) if isinstance(one, ssl.SSLContext)]
    try:
        check_name(name)
        check_context(given[0] if given else None, name)
    except ssl.SSLError as error:
        raise aiohttp.ClientConnectorSSLError(req.connection_key, error) from error


@types.coroutine
def _a_few_rounds() -> Generator[None, None, None]:
    """Let the loop run: a limit that is over already, or is no number, takes effect in its next rounds."""
    for _ in range(3):
        yield


class _Transport(asyncio.Transport):
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
            self._protocol.set_exception(self._aiohttp.SocketTimeoutError("Timeout on reading data from socket"))

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


_FAULTS: dict[str, Callable[[_Transport], None]] = {
    "connect-timeout": _Transport.time_out_connecting,
    "connection-refused": _Transport.refuse,
    "dns-failure": _Transport.fail_look_up,
    "tls-failure": _Transport.fail_handshake,
    "connection-reset": _Transport.reset,
    "accepted-then-reset": _Transport.reset,
    "read-timeout": _Transport.time_out,
}
