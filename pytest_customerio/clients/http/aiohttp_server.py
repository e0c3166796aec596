"""Answers aiohttp: each connection of a `TCPConnector` to Customer.io leads to a transport in memory."""

from __future__ import annotations

import functools
import importlib
import ssl
import types
from collections.abc import Callable, Generator
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM
from typing import Any

from pytest_customerio.clients.http.aiohttp_transport import Transport
from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport.memory import socket_mock_answers
from pytest_customerio.clients.transport.sockets import check_connecting, check_context, check_name, is_usual
from pytest_customerio.process.parts import AIOHTTP, Part
from pytest_customerio.process.patching import Patches

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
# An address that nobody has.
_RESERVED = "192.0.2.1"


def install(traffic: Traffic, patches: Patches) -> None:
    """Answer every TCP connector. Open connections are closed when traffic is switched off."""
    aiohttp = importlib.import_module("aiohttp")
    patches.patch(CONNECT, functools.partial(_connect, traffic, aiohttp))
    patches.patch(REUSE, functools.partial(_reuse, traffic, aiohttp.TCPConnector))


def _connect(traffic: Traffic, aiohttp: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    async def create_connection(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        if not traffic.concerns(req.url.host, req.url.port) or passes_through() or socket_mock_answers():
            return await original(self, req, traces, timeout)
        await _check_connecting(aiohttp, self, req, timeout)
        protocol = self._factory()
        limited = timeout.connect is not None or timeout.sock_connect is not None
        protocol.connection_made(Transport(traffic, aiohttp, req, self._loop, protocol, limited=limited))
        return protocol

    return create_connection


def _reuse(traffic: Traffic, kind: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    """Close connections to Customer.io that were open before we were installed. `_conns` is private (3.8 to 3.14).

    `_get` is a coroutine since aiohttp 3.10, and a function before.
    """

    def get(self: Any, key: Any, *args: Any) -> Any:
        if isinstance(self, kind) and traffic.concerns(key.host, key.port) and not passes_through():
            for protocol, _ in self._conns.get(key, ()):
                if protocol.transport is not None and not isinstance(protocol.transport, Transport):
                    protocol.close()
        return original(self, key, *args)

    return get


async def _check_connecting(aiohttp: Any, connector: Any, req: Any, timeout: Any) -> None:
    """Raise what connecting raises for these settings.

    `helpers.ceil_timeout`, `_local_addr_infos` and `_socket_factory` are private in aiohttp 3.12 to 3.14. Without them,
    or before 3.9, whose limits have no threshold, impossible settings are not noticed.
    """
    __tracebackhide__ = True
    ceil_timeout = getattr(aiohttp.helpers, "ceil_timeout", None) if hasattr(timeout, "ceil_threshold") else None
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
    """Raise what a handshake raises; `_ssl` of connectors is private in aiohttp 3.12 to 3.14."""
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
