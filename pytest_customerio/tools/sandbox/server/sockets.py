"""Sockets as uvicorn has them: bound before it starts, and within reach of a request that is to break one."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import uvicorn

from pytest_customerio.tools.sandbox.arguments import CannotError

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol
else:
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as Protocol

TRANSPORT = "pytest_customerio.transport"
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
BACKLOG = 2048


class PortError(CannotError):
    """A port that cannot be had; its text says why, and what to do."""


class Reachable(Protocol):
    """HTTP as ever; each request knows the transport that it came over."""

    def connection_made(self, transport: Any) -> None:
        """A client has connected."""
        super().connection_made(transport)
        app: Any = self.app

        async def reachable(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = reachable


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `PortError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: asyncio turns Nagle's algorithm off only where it reads TCP, and 40 ms are a long time.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None
    sock.listen(BACKLOG)
    return sock


def reset(transport: asyncio.Transport) -> None:
    """Break a connection as a crash does: with a reset in place of an end."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


def hang_up(servers: Iterable[uvicorn.Server]) -> None:
    """Break every connection that is open, TLS that waits for a farewell too."""
    for server in servers:
        for protocol in list(server.server_state.connections):
            protocol.transport.abort()


def failing_handshakes(context: ssl.SSLContext, fails: Any) -> None:
    """Refuse a TLS handshake whenever `fails()` says so."""

    def greeted(connection: object, name: str | None, of: ssl.SSLContext) -> int | None:
        return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE if fails() else None

    context.sni_callback = greeted


def open_many() -> None:
    """Let this process have as many connections as the system allows."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
