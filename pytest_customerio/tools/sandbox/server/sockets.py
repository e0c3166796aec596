"""Sockets and connections of uvicorn: bound before it starts, and reset or closed from outside."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import struct
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import uvicorn

from pytest_customerio.tools.sandbox.arguments import CannotError

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol
else:
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as Protocol

# The key in `scope["extensions"]` at which the application finds the transport of its request.
TRANSPORT = "pytest_customerio.transport"
# Beside it: whether the whole body of the request has been received, so that reading it waits for nothing.
RECEIVED = "pytest_customerio.received"
BACKLOG = 2048
HEAD_TIMEOUT = 10.0  # seconds in which a client has to send the head of a request
# struct linger with a timeout of 0: closing the socket sends a reset. Windows has shorts in it, all others ints.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class PortError(CannotError):
    """The sandbox cannot listen on a port. The text says why, and what to do."""


class JoiningTransport:
    """The transport of a connection. Within its context, what is written is collected, and then sent at once.

    uvicorn writes the head of an answer and its body one after the other, and each costs a call of the system.
    Everything but `write` and `close` is left to the transport of asyncio.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._collected: list[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def __enter__(self) -> None:
        self._collected = []

    def __exit__(self, *error: object) -> None:
        self._send()

    def write(self, data: bytes) -> None:
        """Send data, or collect it."""
        if self._collected is None:
            self._transport.write(data)
        else:
            self._collected.append(data)

    def close(self) -> None:
        """Send what was collected, and close the connection."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        collected, self._collected = self._collected, None
        if collected:
            self._transport.write(b"".join(collected))


class ProtocolWithTransport(Protocol):
    """uvicorn's HTTP protocol, which adds the transport of the connection to the scope of each request.

    It also closes a connection whose next request does not begin in time: uvicorn waits for ever for the rest of a
    head. It relies on `connection_made`, `connection_lost`, `transport` and the attribute `app` of uvicorn's two
    protocols, which are not documented (tried: uvicorn 0.54). Without them the sandbox cannot reset a connection or
    truncate a body. It reads `cycle.more_body` of them too; without that, reading each body is limited in time.
    """

    head_timeout = HEAD_TIMEOUT

    def connection_made(self, transport: Any) -> None:
        """Called when a client has connected."""
        joining: Any = JoiningTransport(transport)
        super().connection_made(joining)
        app: Any = self.app
        self._loop = asyncio.get_running_loop()
        self._waits_since: float | None = self._loop.time()
        self._close_in(self.head_timeout)

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            self._waits_since = None
            received = not getattr(self.cycle, "more_body", True)
            scope.setdefault("extensions", {}).update({TRANSPORT: joining, RECEIVED: received})
            try:
                await app(scope, receive, send)
            finally:
                self._waits_since = self._loop.time()

        self.app = with_transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Called when the connection is closed."""
        self._head_timer.cancel()
        super().connection_lost(exc)

    def _close_in(self, seconds: float) -> None:
        self._head_timer = self._loop.call_later(seconds, self._close_if_late)

    def _close_if_late(self) -> None:
        """Close the connection if the head of the next request has not come in time; else look again later.

        One timer for each connection is enough: one for each request would cost a tenth of the time of an answer.
        """
        waited = 0.0 if self._waits_since is None else self._loop.time() - self._waits_since
        if waited < self.head_timeout:
            self._close_in(self.head_timeout - waited)
        else:
            self.transport.close()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `PortError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only for a socket whose protocol is IPPROTO_TCP, not 0. With the algorithm,
    # an answer that is written in two parts takes 40 ms longer.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another with {_option_for(error)}"
        ) from None
    sock.listen(BACKLOG)
    return sock


def _option_for(error: OSError) -> str:
    """The option that helps: the name or address of another machine fails on every port."""
    of_host = isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
    return "--host" if of_host else "--port"


def reset(transport: asyncio.Transport) -> None:
    """Close a connection with a reset, as if the process had crashed."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


def abort_connections(servers: Iterable[uvicorn.Server]) -> None:
    """Close every open connection at once. A TLS connection does not wait for the client's closing message.

    It relies on `server_state.connections` of uvicorn, which is not documented (tried: uvicorn 0.54). Without it an
    open connection delays the end of the sandbox.
    """
    for server in servers:
        for protocol in list(server.server_state.connections):
            protocol.transport.abort()


def refuse_handshakes(context: ssl.SSLContext, fails: Callable[[], bool]) -> None:
    """Refuse a TLS handshake whenever `fails()` is true."""

    def check_handshake(connection: object, name: str | None, of: ssl.SSLContext) -> int | None:
        return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE if fails() else None

    context.sni_callback = check_handshake


def raise_connection_limit() -> None:
    """Allow this process as many connections as the system permits."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
