"""Answer httpcore, and what is built like it: its own connections to Customer.io, over a network in memory."""

from __future__ import annotations

import asyncio
import functools
import importlib
import io
import ssl
import types
from collections.abc import Callable, Generator
from typing import Any

from pytest_customerio.clients import wire
from pytest_customerio.clients.bodies import Again
from pytest_customerio.clients.faults import is_met_connecting, received
from pytest_customerio.clients.http1 import RequestParser, serialize
from pytest_customerio.clients.httpcore_faults import failure
from pytest_customerio.clients.recording import recording
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.process.patching import Patches


def install(traffic: Traffic, patches: Patches, client: str = "httpcore") -> None:
    """Answer every pool of this module; the connections it opens expire when traffic is switched off."""
    core = importlib.import_module(client)
    network = _Network(traffic, core)
    for pool in (core.ConnectionPool, core.HTTPProxy, core.SOCKSProxy):
        _answer(patches, pool, functools.partial(network.connection, network.kind, network.backend))
    for pool in (core.AsyncConnectionPool, core.AsyncHTTPProxy, core.AsyncSOCKSProxy):
        _answer(patches, pool, functools.partial(network.connection, network.async_kind, network.async_backend))


def _answer(patches: Patches, pool: Any, connect: Callable[[Any, Any], Any]) -> None:
    def make(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def create_connection(self: Any, origin: Any) -> Any:
            connection = connect(self, origin)
            return original(self, origin) if connection is None else connection

        return create_connection

    if "create_connection" in vars(pool):  # without the socks extra its pools are stubs
        patches.wrap(pool, "create_connection", make)


class _Network:
    """What the connections of one installation share: the traffic, and this httpcore's classes."""

    def __init__(self, traffic: Traffic, core: Any) -> None:
        self.traffic = traffic
        self.core = core
        self.stream = type("MemoryStream", (_Stream, core.NetworkStream), {})
        self.async_stream = type("AsyncMemoryStream", (_AsyncStream, core.AsyncNetworkStream), {})
        self.kind = type("MemoryConnection", (_Connection, core.HTTPConnection), {})
        self.async_kind = type("AsyncMemoryConnection", (_AsyncConnection, core.AsyncHTTPConnection), {})
        self.backend = type("MemoryBackend", (_Backend, core.NetworkBackend), {})
        self.async_backend = type("AsyncMemoryBackend", (_AsyncBackend, core.AsyncNetworkBackend), {})
        # Connecting changes the context it is given; the application's own may be in use elsewhere.
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def connection(self, kind: Any, backend: Any, pool: Any, origin: Any) -> Any:
        """A connection in memory, or None where the pool is to make its own."""
        if not self.traffic.concerns(origin.host.decode("ascii"), origin.port) or self._mocked(pool):
            return None
        return kind(
            origin=origin,
            ssl_context=self.context,
            keepalive_expiry=pool._keepalive_expiry,
            retries=pool._retries,
            network_backend=backend(self, origin, pool._network_backend),
        )

    def _mocked(self, pool: Any) -> bool:
        """Whether the application answers by itself: through a mock network, a Unix socket of its own, a recording."""
        mocks = (self.core.MockBackend, self.core.AsyncMockBackend)
        return pool._uds is not None or isinstance(pool._network_backend, mocks) or recording()


class _Wire:
    """One connection: requests are written to it, their answers read from it."""

    def __init__(self, network: _Network, origin: Any) -> None:
        self.network = network
        scheme = origin.scheme.decode("ascii")
        self._secure = scheme in ("https", "wss")
        self._host = (origin.host.decode("ascii"), origin.port)
        self._origin = wire.origin(scheme, *self._host)
        self._parser = RequestParser(self._origin)
        self._requests: list[Any] = []
        self._asked: Answer | None = None
        self._arriving = io.BytesIO()

    @property
    def is_asked(self) -> bool:
        """Whether an answer is still owed."""
        return bool(self._requests)

    def take(self, data: bytes) -> None:
        self._requests += self._parser.feed(data)

    def ask(self, request: Any, body: bytes, *, said: bool) -> None:
        """Ask for the answer before anything is sent, and fail where it is met in connecting."""
        __tracebackhide__ = True
        headers = wire.plain_headers(dict(request.headers))
        url = self._origin + request.url.target.decode("latin-1")
        answer = self.network.traffic.answer(WireRequest(request.method.decode("ascii"), url, headers, body))
        if is_met_connecting(answer):
            raise failure(self.network.core, str(answer.fault), secure=self._secure, said=said)
        self._asked = answer

    def give(self, size: int, *, said: bool) -> bytes:
        """The next bytes of the answer; none where nothing was asked, as if the server had hung up.

        `said` tells whether this httpcore's network puts the socket's own words into its errors.
        """
        __tracebackhide__ = True
        data = self._arriving.read(size)
        if data or not self._requests:
            return data
        request, asked, self._asked = self._requests.pop(0), self._asked, None
        answer = asked or self.network.traffic.answer(request)
        if answer.fault == "truncated-body":
            answer = received(answer)
        elif answer.fault is not None:
            raise failure(self.network.core, str(answer.fault), secure=self._secure, said=said)
        self._arriving = io.BytesIO(serialize(answer, request.method))
        return self._arriving.read(size)

    def info(self, name: str) -> Any:
        """Readable while idle means hung up: so is every connection where it is not ours to answer any more, or where
        none can be made.
        """
        if name != "is_readable":
            return None
        return recording() or self.network.traffic.at_connect() or not self.network.traffic.concerns(*self._host)


class _Stream:
    def __init__(self, network: _Network, origin: Any) -> None:
        self._wire = _Wire(network, origin)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        __tracebackhide__ = True
        return self._wire.give(max_bytes, said=True)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wire.take(buffer)

    def close(self) -> None: ...

    def start_tls(self, *args: Any, **kwargs: Any) -> _Stream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._wire.info(info)


class _AsyncStream:
    def __init__(self, network: _Network, origin: Any) -> None:
        self._wire = _Wire(network, origin)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        __tracebackhide__ = True
        if self._wire.is_asked:
            await _take_turns()
        return self._wire.give(max_bytes, said=False)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wire.take(buffer)

    async def aclose(self) -> None: ...

    async def start_tls(self, *args: Any, **kwargs: Any) -> _AsyncStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._wire.info(info)


async def _take_turns() -> None:
    """Let others run, as waiting for a server does; not by `asyncio.sleep`: no one waits. In trio its locks do it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    await _one_round()


@types.coroutine
def _one_round() -> Generator[None, None, None]:
    yield


class _Connection:
    """Lets its network know what it is about to send: httpcore tells it where to connect only."""

    _network_backend: Any

    def handle_request(self, request: Any) -> Any:
        __tracebackhide__ = True
        self._network_backend.request = request
        return super().handle_request(request)  # type: ignore[misc]


class _AsyncConnection:
    _network_backend: Any

    async def handle_async_request(self, request: Any) -> Any:
        __tracebackhide__ = True
        self._network_backend.request = request
        return await super().handle_async_request(request)  # type: ignore[misc]


class _Backend:
    """A network in memory; httpcore waits between its retries as the pool's `own` network does."""

    def __init__(self, network: _Network, origin: Any, own: Any) -> None:
        self._network = network
        self._origin = origin
        self._own = own
        self.request: Any = None

    def sleep(self, seconds: float) -> Any:
        return self._own.sleep(seconds)

    def connect_tcp(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        stream = self._network.stream(self._network, self._origin)
        if self._network.traffic.at_connect():
            body = b"".join(self.request.stream)
            self.request.stream = Again(body)
            stream._wire.ask(self.request, body, said=True)
        return stream


class _AsyncBackend(_Backend):
    async def connect_tcp(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        stream = self._network.async_stream(self._network, self._origin)
        if self._network.traffic.at_connect():
            body = b"".join([chunk async for chunk in self.request.stream])
            self.request.stream = Again(body)
            stream._wire.ask(self.request, body, said=False)
        return stream
