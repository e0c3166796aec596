"""A sandbox that listens: in a thread of its own, over http and optionally https."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import uvicorn

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.routes.admin import admin
from pytest_customerio.tools.sandbox.server.application import App, Application
from pytest_customerio.tools.sandbox.server.sockets import (
    BACKLOG,
    ProtocolWithTransport,
    abort_connections,
    bind,
    refuse_handshakes,
)
from pytest_customerio.tools.sandbox.server.tls import Authority
from pytest_customerio.tools.sandbox.settings import Settings

_SHUTDOWN_TIMEOUT = 2  # seconds that a request may still take when the sandbox stops
_START_TIMEOUT = 10  # seconds until the thread of the sandbox must have begun
# How often the event loop runs after all connections were aborted, so that both transports of a TLS connection close:
# that of asyncio's TLS and that of the socket beneath it.
_LOOP_RUNS = 5


class SandboxServer:
    """A context manager: on entry the sandbox listens; on exit its thread, sockets and temporary files are gone.

    `https_port` is the next one after `port` unless given. `names` are further names of this machine for the
    certificate; the first one is in the addresses for applications. `ca` is a folder in which the certificate authority
    is kept. Raises `CannotError`, such as `PortError` if it cannot listen, and `DataError` for a cassette that cannot
    be used.
    """

    def __init__(
        self,
        settings: Settings,
        host: str = "127.0.0.1",
        port: int = 0,
        https_port: int | None = None,
        *,
        names: Sequence[str] = (),
        ca: Path | None = None,
    ) -> None:
        self.host = host
        self._names = names
        with contextlib.ExitStack() as opened:
            self.service = Service(settings)
            opened.callback(self.service.close)
            self._sockets = _bind_all(host, _ports(port, https_port, tls=settings.tls), opened)
            self._folder = _temporary_folder(opened) if settings.tls and ca is None else None
            folder = ca or self._folder
            self._authority = (
                Authority(folder, (host, *names), keep=ca is not None) if settings.tls and folder else None
            )
            opened.pop_all()
        self._ports = [each.getsockname()[1] for each in self._sockets]
        self._servers: list[uvicorn.Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="customerio-sandbox", daemon=True)

    def __enter__(self) -> Self:
        app: App = Application(self.service, admin(self.service, self.environ, loopback=not self.exposed))
        self._servers = [uvicorn_server(app) for _ in self._sockets]
        if self._authority is not None:
            context = self._authority.context()
            refuse_handshakes(context, self.service.handshake_fails)
            self._servers[-1].config.ssl = context
        self._thread.start()
        self._started.wait(_START_TIMEOUT)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach it."""
        return self.host not in ("localhost", "::1") and not self.host.startswith("127.")

    @property
    def url(self) -> str:
        """Its http address on this machine: the same for every surface."""
        return f"http://{host_in_url(self.host)}:{self._ports[0]}"

    @property
    def https_url(self) -> str | None:
        """Its https address on this machine."""
        return f"https://{host_in_url(self.host)}:{self._ports[1]}" if len(self._ports) > 1 else None

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables of an application that uses it."""
        scheme = "http" if self.https_url is None else "https"
        base = f"{scheme}://{host_in_url(self._names[0] if self._names else self.host)}:{self._ports[-1]}"
        environ = {**self.service.keys.environ(), "CUSTOMERIO_REGION": self.service.settings.region}
        environ |= {f"CUSTOMERIO_{name}_URL": base for name in ("TRACK", "APP", "CDP")}
        if self._authority is not None:
            bundle = str(self._authority.bundle)
            environ |= {"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle}
            environ["NODE_EXTRA_CA_CERTS"] = str(self._authority.ca)
        return environ

    @property
    def runs(self) -> bool:
        """Whether it still listens."""
        return not self._ended.is_set()

    def wait(self, seconds: float) -> None:
        """Wait until it has stopped, but no longer than so many seconds."""
        # A signal that interrupts `Thread.join` marks the thread as ended on Python 3.11, although it runs on.
        self._ended.wait(seconds)

    def stop(self) -> None:
        """Stop it, and wait until it has stopped."""
        if self._loop is not None and self.runs:
            with contextlib.suppress(RuntimeError):  # it has just ended by itself
                self._loop.call_soon_threadsafe(self._stop_servers)
            self._thread.join()
        for each in self._sockets:
            each.close()
        self.service.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._ended.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        pairs = zip(self._servers, self._sockets, strict=True)
        await asyncio.gather(*(server.serve(sockets=[each]) for server, each in pairs))
        abort_connections(self._servers)
        for _ in range(_LOOP_RUNS):
            await asyncio.sleep(0)

    def _stop_servers(self) -> None:
        for server in self._servers:
            server.should_exit = True
        abort_connections(self._servers)


def host_in_url(host: str) -> str:
    """The host of an address that can be opened: one that stands for all of this machine's leads to itself."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it listens there only if asked to
    return f"[{name}]" if ":" in name else name


def _ports(port: int, https_port: int | None, *, tls: bool) -> list[int]:
    """The port for http, and the one for https; 0 stands for any that is free."""
    if not tls:
        return [port]
    return [port, https_port if https_port is not None else port + 1 if port else 0]


def _temporary_folder(opened: contextlib.ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="customerio-sandbox-"))
    opened.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _bind_all(host: str, ports: Iterable[int], opened: contextlib.ExitStack) -> list[socket.socket]:
    """Sockets that listen on these ports; what was opened closes each of them."""
    sockets = []
    for port in ports:
        sockets.append(bind(host, port))
        opened.callback(sockets[-1].close)
    return sockets


def uvicorn_server(app: App) -> uvicorn.Server:
    """A uvicorn server of an application, configured as the sandbox needs it."""
    config = uvicorn.Config(
        app,
        http=ProtocolWithTransport,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT,
    )
    config.load()
    return uvicorn.Server(config)
