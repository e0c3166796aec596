"""The streams of connections of httpcore in memory, blocking and asynchronous; they refuse what a network refuses."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import ssl
import sys
import types
from collections.abc import Callable, Generator, Iterator
from typing import Any

from pytest_customerio.clients.http.httpcore_connection import Connected, unconnected
from pytest_customerio.clients.transport import sockets


class Stream:
    """A blocking connection; `context` is the application's TLS context, or None."""

    def __init__(self, network: Any, origin: Any, context: Any) -> None:
        self.connected = Connected(network, origin, verbose=True)
        self._context = context

    def check_connecting(
        self, timeout: Any = None, local_address: Any = None, socket_options: Any = None, **_: Any
    ) -> None:
        __tracebackhide__ = True
        source = None if local_address is None else (local_address, 0)
        with self._mapped("Connect"):
            sockets.check_connecting(timeout, source, socket_options)

    def read(self, max_bytes: int, timeout: Any = None) -> bytes:
        __tracebackhide__ = True
        if not sockets.is_usual(timeout):
            with self._mapped("Read"):
                sockets.check_reading(timeout, secure=self.connected.secure, arrived=not self.connected.is_asked)
        return self.connected.give(max_bytes)

    def write(self, buffer: bytes, timeout: Any = None) -> None:
        __tracebackhide__ = True
        sockets.check_limit(timeout)
        self.connected.take(buffer)

    def close(self) -> None: ...

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: Any = None) -> Stream:
        __tracebackhide__ = True
        with self._mapped("Connect"):
            _check_context(self._context, server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return self.connected.info(info)

    @contextlib.contextmanager
    def _mapped(self, doing: str) -> Iterator[None]:
        __tracebackhide__ = True
        try:
            yield
        except OSError as error:
            raise getattr(self.connected.network.core, f"{doing}Error")(error) from error


class AsyncStream:
    """A connection of asyncio or trio; `context` is as in `Stream`."""

    def __init__(self, network: Any, origin: Any, context: Any) -> None:
        self.connected = Connected(network, origin, verbose=False)
        self._context = context

    async def check_connecting(
        self, timeout: Any = None, local_address: Any = None, socket_options: Any = None, **_: Any
    ) -> None:
        __tracebackhide__ = True
        core = self.connected.network.core
        await _pass(core.ConnectTimeout, timeout)
        if local_address:
            _check_local_address(core, local_address)
        try:  # the options are set when the socket is connected
            sockets.check_connecting(None, None, socket_options)
        except OSError as error:
            raise core.ConnectError(error) from error

    async def read(self, max_bytes: int, timeout: Any = None) -> bytes:
        __tracebackhide__ = True
        await _pass(self.connected.network.core.ReadTimeout, timeout)
        if self.connected.is_asked:
            await _take_turns()
        return self.connected.give(max_bytes)

    async def write(self, buffer: bytes, timeout: Any = None) -> None:
        __tracebackhide__ = True
        await _pass(self.connected.network.core.WriteTimeout, timeout)
        self.connected.take(buffer)

    async def aclose(self) -> None: ...

    async def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: Any = None) -> AsyncStream:
        __tracebackhide__ = True
        try:
            _ = "" if server_hostname is None else server_hostname.encode  # anyio encodes it first, in Python
            _check_context(self._context, server_hostname)
        except ssl.SSLError as error:
            raise self.connected.network.core.ConnectError(error) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        return self.connected.info(info)


def _check_local_address(core: Any, address: Any) -> None:
    """Raise what anyio raises where it cannot look up this address of this machine, or bind a socket to it."""
    __tracebackhide__ = True
    try:
        family, source = sockets.looked_up(str(address))
    except OSError as error:
        raise core.ConnectError(error) from error
    try:
        sockets.check_connecting(None, source, family=family)
    except OSError as error:
        failed = unconnected(error)
        raise core.ConnectError(failed) from failed


def _check_context(context: Any, server_hostname: str | None) -> None:
    """Raise what httpcore raises where it cannot use this context, which is the application's and is not changed."""
    __tracebackhide__ = True
    if context is not None:
        _ = context.set_alpn_protocols
    sockets.check_context(context, server_hostname)


async def _pass(timed_out: Callable[[BaseException], Exception], limit: Any) -> None:
    """Let the framework apply a limit that is not usual, and raise what it raises."""
    __tracebackhide__ = True
    if sockets.is_usual(limit):
        return
    name = "trio" if _in_trio() else "anyio"
    framework, lowlevel = importlib.import_module(name), importlib.import_module(f"{name}.lowlevel")
    try:
        with framework.fail_after(limit):
            await lowlevel.checkpoint()
    except (TimeoutError, getattr(framework, "TooSlowError", TimeoutError)) as error:
        raise timed_out(error) from error


async def _take_turns() -> None:
    """Let other tasks run, as waiting for a server does. `asyncio.sleep` would be logged as a wait.

    In trio the locks of httpcore let other tasks run.
    """
    if not _in_trio() and asyncio._get_running_loop() is not None:
        await _one_round()


def _in_trio() -> bool:
    """Whether a task of trio runs here. Its host may be a loop of asyncio, which runs in the same thread then."""
    try:
        return sys.modules["trio.lowlevel"].current_task() is not None
    except (KeyError, RuntimeError):
        return False


@types.coroutine
def _one_round() -> Generator[None, None, None]:
    yield
