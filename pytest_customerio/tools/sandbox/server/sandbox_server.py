"""A sandbox that runs: in a thread of its own, over http and, if asked to, https."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import uvicorn

from pytest_customerio.tools.sandbox.server.admin import admin
from pytest_customerio.tools.sandbox.server.application import App, Server
from pytest_customerio.tools.sandbox.server.sockets import BACKLOG, Reachable, bind, failing_handshakes, hang_up
from pytest_customerio.tools.sandbox.server.tls import Authority
from pytest_customerio.tools.sandbox.service.dispatcher import Settings
from pytest_customerio.tools.sandbox.service.service import Service

_LINGER = 2  # seconds that a request at work may take once it is over
_PATIENCE = 10  # seconds until it listens
_TURNS = 5  # of the loop, until TLS and what is beneath it have both closed


class Running:
    """A context manager: entered, it listens; left, nothing of it remains. Raises `PortError` where it cannot."""

    def __init__(self, settings: Settings, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self._sockets = _bound(host, port, 2 if settings.tls else 1)
        self._ports = [each.getsockname()[1] for each in self._sockets]
        self.service = Service(settings)
        self._folder = Path(tempfile.mkdtemp(prefix="customerio-sandbox-")) if settings.tls else None
        self._authority = Authority(self._folder, host) if self._folder else None
        self._servers: list[uvicorn.Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="customerio-sandbox", daemon=True)

    def __enter__(self) -> Self:
        app: App = Server(self.service, admin(self.service, self.environ, loopback=not self.exposed))
        self._servers = [served(app) for _ in self._sockets]
        if self._authority is not None:
            context = self._authority.context()
            failing_handshakes(context, self.service.handshake_fails)
            self._servers[-1].config.ssl = context
        self._thread.start()
        self._started.wait(_PATIENCE)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def exposed(self) -> bool:
        """Whether other machines may reach it."""
        return self.host not in ("localhost", "::1") and not self.host.startswith("127.")

    @property
    def url(self) -> str:
        """Where it listens: every surface behind the same address."""
        return f"http://{self._shown}:{self._ports[0]}"

    @property
    def https_url(self) -> str | None:
        """The same over https."""
        return f"https://{self._shown}:{self._ports[1]}" if len(self._ports) > 1 else None

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables of an application that is to use it."""
        base = self.https_url or self.url
        found = {**self.service.keys.environ(), "CUSTOMERIO_REGION": self.service.settings.region}
        found |= {f"CUSTOMERIO_{name}_URL": base for name in ("TRACK", "APP", "CDP")}
        if self._authority is not None:
            bundle = str(self._authority.bundle)
            found |= {"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle}
            found["NODE_EXTRA_CA_CERTS"] = str(self._authority.ca)
        return found

    @property
    def runs(self) -> bool:
        """Whether it still listens."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait for its end, or as long."""
        self._thread.join(seconds)

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join()
        for each in self._sockets:
            each.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _shown(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        pairs = zip(self._servers, self._sockets, strict=True)
        await asyncio.gather(*(server.serve(sockets=[each]) for server, each in pairs))
        hang_up(self._servers)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def _end(self) -> None:
        for server in self._servers:
            server.should_exit = True
        hang_up(self._servers)


def _bound(host: str, port: int, number: int) -> list[socket.socket]:
    """This port and the next ones; all of them or none."""
    with contextlib.ExitStack() as opened:
        found = [opened.enter_context(bind(host, port + offset if port else 0)) for offset in range(number)]
        opened.pop_all()
    return found


def served(app: App) -> uvicorn.Server:
    """A server of this application, as the sandbox has it."""
    config = uvicorn.Config(
        app,
        http=Reachable,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=_LINGER,
    )
    config.load()
    return uvicorn.Server(config)
