"""Answers httpcore, and httpcore2 which is built like it: connections to Customer.io lead to a network in memory.

httpcore's own connections are used, so that its keeping, retrying and expiring of connections run as without us. The
private names that this needs are the `ATTRIBUTES` of its pools (httpcore 1.0, httpcore2 2.0 to 2.16). Without them a
pool makes its own connection, which the guard refuses.
"""

from __future__ import annotations

import functools
import importlib
import ssl
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

from pytest_customerio.clients.hearing import note_tls
from pytest_customerio.clients.http.httpcore_streams import AsyncStream, Stream
from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport.bodies import ReadBody
from pytest_customerio.clients.transport.memory import socket_mock_answers
from pytest_customerio.process.parts import HTTPCORE, HTTPCORE2, Library, Part
from pytest_customerio.process.patching import Patches

POOLS = ("ConnectionPool", "HTTPProxy", "SOCKSProxy")
ASYNC_POOLS = ("AsyncConnectionPool", "AsyncHTTPProxy", "AsyncSOCKSProxy")
ATTRIBUTES = ("_keepalive_expiry", "_network_backend", "_retries", "_uds")
SETTINGS = ("local_address", "socket_options")


REFUSED = "the guard refuses requests that no mock answers"


def _part(library: Library, pool: str) -> Part:
    return Part(
        library,
        library.name,
        f"{pool}.create_connection",
        "requests that no mock answers get our answer",
        REFUSED,
        optional="SOCKS" in pool,  # without the extra "socks" these classes have no such method
    )


def _attribute(library: Library, pool: str, name: str) -> Part:
    """An attribute of each pool, which its class does not have: a pool is made, in order to see whether it is there."""
    why = "our connections are kept and retried as the pool's own"
    return Part(library, library.name, f"{pool}.{name}", why, REFUSED, recognised=True, owner=lambda kind: kind())


CREATE = {
    (library.name, pool): _part(library, pool) for library in (HTTPCORE, HTTPCORE2) for pool in (*POOLS, *ASYNC_POOLS)
}
# The classes of a pool's connections, and the module of each. A connection says which requests it takes.
KINDS = {
    "HTTPConnection": "connection",
    "ForwardHTTPConnection": "http_proxy",
    "TunnelHTTPConnection": "http_proxy",
    "Socks5Connection": "socks_proxy",
}


def _taking(library: Library, folder: str, kind: str) -> Part:
    return Part(
        library,
        f"{library.name}.{folder}.{KINDS[kind]}",
        f"{'Async' * (folder == '_async')}{kind}.can_handle_request",
        "a connection that was open before is not used any more",
        "a request may leave through a connection that was open before",
        optional="Socks" in kind,
    )


TAKING = {
    library.name: [_taking(library, folder, kind) for folder in ("_sync", "_async") for kind in KINDS]
    for library in (HTTPCORE, HTTPCORE2)
}
READ = tuple(
    _attribute(library, pool, name)
    for library in (HTTPCORE, HTTPCORE2)
    for pool in (POOLS[0], ASYNC_POOLS[0])
    for name in ATTRIBUTES
)
PARTS = (*CREATE.values(), *TAKING[HTTPCORE.name], *TAKING[HTTPCORE2.name], *READ)


def install(traffic: Traffic, patches: Patches, client: str = "httpcore") -> None:
    """Answer every pool of `httpcore` or `httpcore2`; the connections expire when traffic is switched off."""
    network = _Network(traffic, importlib.import_module(client))
    connect = functools.partial(network.connection, network.kind, network.backend)
    async_connect = functools.partial(network.connection, network.async_kind, network.async_backend)
    for pool in POOLS:
        patches.patch(CREATE[client, pool], functools.partial(_creating, connect, network.passed))
    for pool in ASYNC_POOLS:
        patches.patch(CREATE[client, pool], functools.partial(_creating, async_connect, network.passed))
    for part in TAKING[client]:
        patches.patch(part, network.taking)


def _creating(
    connect: Callable[[Any, Any], Any], passed: WeakSet[Any], original: Callable[[Any, Any], Any]
) -> Callable[[Any, Any], Any]:
    def create_connection(self: Any, origin: Any) -> Any:
        connection = connect(self, origin) or original(self, origin)
        passed.add(connection)
        return connection

    return create_connection


def _base(core: Any) -> Any:
    """What has the classes of networks: httpcore itself, and before 0.17 modules of its folder `backends`."""
    if hasattr(core, "NetworkStream"):
        return core
    base, mock = (importlib.import_module(f"{core.__name__}.backends.{name}") for name in ("base", "mock"))
    return SimpleNamespace(**vars(base), MockBackend=mock.MockBackend, AsyncMockBackend=mock.AsyncMockBackend)


class _Network:
    """What the connections of one installation share: the traffic, and classes derived from this httpcore's own."""

    def __init__(self, traffic: Traffic, core: Any) -> None:
        self.traffic = traffic
        self.core = core
        base = _base(core)
        self.stream = type("MemoryStream", (Stream, base.NetworkStream), {})
        self.async_stream = type("AsyncMemoryStream", (AsyncStream, base.AsyncNetworkStream), {})
        self.kind = type("MemoryConnection", (_Connection, core.HTTPConnection), {})
        self.async_kind = type("AsyncMemoryConnection", (_AsyncConnection, core.AsyncHTTPConnection), {})
        self.backend = type("MemoryBackend", (_Backend, base.NetworkBackend), {})
        self.async_backend = type("AsyncMemoryBackend", (_AsyncBackend, base.AsyncNetworkBackend), {})
        self.mocks = (base.MockBackend, base.AsyncMockBackend)
        # Connecting changes the context that it is given, and the application may use its own context elsewhere.
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Connections that were made since we are here.
        self.passed: WeakSet[Any] = WeakSet()

    def taking(self, original: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        """A connection to Customer.io that was open before takes no request: the pool makes a new one."""

        def can_handle_request(connection: Any, origin: Any) -> bool:
            takes = original(connection, origin)
            if not takes or connection in self.passed:
                return takes
            return not self.traffic.concerns(origin.host.decode("ascii"), origin.port)

        return can_handle_request

    def connection(self, kind: Any, backend: Any, pool: Any, origin: Any) -> Any:
        """A connection in memory; None where the pool must make its own."""
        if not self.traffic.concerns(origin.host.decode("ascii"), origin.port):
            return None
        if not all(hasattr(pool, name) for name in ATTRIBUTES) or self._mocked(pool):
            return None
        context = getattr(pool, "_ssl_context", None)
        # Pools know of these since httpcore 0.16 and 0.17, and give them to their connections.
        settings = {name: vars(pool)[f"_{name}"] for name in SETTINGS if f"_{name}" in vars(pool)}
        made = kind(
            origin=origin,
            ssl_context=self.context,
            keepalive_expiry=pool._keepalive_expiry,
            retries=pool._retries,
            network_backend=backend(self, origin, pool._network_backend, context),
            **settings,
        )
        made.tls_verified = getattr(context, "verify_mode", None) is not ssl.CERT_NONE
        return made

    def _mocked(self, pool: Any) -> bool:
        """Whether a mock of networks or sockets answers, or a Unix socket, or a cassette records."""
        if pool._uds is not None or isinstance(pool._network_backend, self.mocks):
            return True
        return passes_through() or socket_mock_answers()


class _Connection:
    """Gives its network the request before it is sent: httpcore only says where to connect."""

    _network_backend: Any
    tls_verified: bool

    def handle_request(self, request: Any) -> Any:
        __tracebackhide__ = True
        note_tls(verified=self.tls_verified)
        self._network_backend.request = request
        return super().handle_request(request)  # type: ignore[misc]


class _AsyncConnection:
    _network_backend: Any
    tls_verified: bool

    async def handle_async_request(self, request: Any) -> Any:
        __tracebackhide__ = True
        note_tls(verified=self.tls_verified)
        self._network_backend.request = request
        return await super().handle_async_request(request)  # type: ignore[misc]


class _Backend:
    """A network in memory. Between retries of connecting, the pool's `own` network sleeps.

    `context` is the application's TLS context, or None.
    """

    def __init__(self, network: _Network, origin: Any, own: Any, context: Any) -> None:
        self._network = network
        self._origin = origin
        self._own = own
        self._context = context
        self.request: Any = None

    def _breaks(self) -> bool:
        return self._network.traffic.at_connect(self._origin.host.decode("ascii"), self._origin.port)

    def sleep(self, seconds: float) -> Any:
        return self._own.sleep(seconds)

    def connect_tcp(self, *_: Any, **settings: Any) -> Any:
        __tracebackhide__ = True
        stream = self._network.stream(self._network, self._origin, self._context)
        stream.check_connecting(**settings)
        if self._breaks():
            body = b"".join(self.request.stream)
            self.request.stream = ReadBody(body)
            stream.connected.ask(self.request, body)
        return stream


class _AsyncBackend(_Backend):
    async def connect_tcp(self, *_: Any, **settings: Any) -> Any:
        __tracebackhide__ = True
        stream = self._network.async_stream(self._network, self._origin, self._context)
        await stream.check_connecting(**settings)
        if self._breaks():
            body = b"".join([chunk async for chunk in self.request.stream])
            self.request.stream = ReadBody(body)
            stream.connected.ask(self.request, body)
        return stream
