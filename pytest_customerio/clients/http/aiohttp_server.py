"""Answers aiohttp: each connection of a `TCPConnector` to Customer.io leads to a transport in memory."""

from __future__ import annotations

import functools
import importlib
import ssl
import types
from collections.abc import Callable, Generator
from typing import Any

from pytest_customerio.clients.http.aiohttp_transport import Transport
from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.traffic import Traffic
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
        protocol.connection_made(Transport(traffic, aiohttp, req, self._loop, protocol, limited=limited))
        return protocol

    return create_connection


def _reuse(traffic: Traffic, kind: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    """Close connections to Customer.io that were open before we were installed. `_conns` is private (3.11 to 3.14)."""

    async def get(self: Any, key: Any, *args: Any) -> Any:
        if isinstance(self, kind) and traffic.concerns(key.host, key.port) and not passes_through():
            for protocol, _ in self._conns.get(key, ()):
                if protocol.transport is not None and not isinstance(protocol.transport, Transport):
                    protocol.close()
        return await original(self, key, *args)

    return get


async def _check_connecting(aiohttp: Any, connector: Any, req: Any, timeout: Any) -> None:
    """Raise what connecting raises for these settings.

    `helpers.ceil_timeout` and `_local_addr_infos` are private in aiohttp 3.11 to 3.14. Without them impossible settings
    are not noticed.
    """
    __tracebackhide__ = True
    ceil_timeout = getattr(aiohttp.helpers, "ceil_timeout", None)
    if ceil_timeout is not None and not (is_usual(timeout.sock_connect) and is_usual(timeout.ceil_threshold)):
        async with ceil_timeout(timeout.sock_connect, ceil_threshold=timeout.ceil_threshold):
            await _a_few_rounds()
    elif not (is_usual(timeout.total) and is_usual(timeout.connect)):
        await _a_few_rounds()
    if req.url.scheme in ("https", "wss"):
        _check_tls(aiohttp, connector, req)
    for *_, address in (getattr(connector, "_local_addr_infos", None) or ())[:1]:
        try:
            check_connecting(None, address)
        except OSError as error:
            words = f"error while attempting to bind on address {address!r}: {str(error.strerror).lower()}"
            refused = OSError(error.errno, words)
            raise aiohttp.ClientConnectorError(req.connection_key, refused) from refused


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
