"""Identifies that go through the server without sockets, to count instructions, which do not depend on the load:

    for n in 200 1200; do
        PYTHONHASHSEED=0 valgrind --tool=cachegrind --cache-sim=no python benchmarks/sandbox_requests.py memory $n
    done

The difference between the two runs is what 1 000 requests take. `bare` and `data` stand in place of `memory`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from sandbox import bare, writes
from starlette.applications import Starlette
from starlette.routing import Route
from uvicorn.server import ServerState

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.routes.admin import admin
from pytest_customerio.tools.sandbox.server.application import Application
from pytest_customerio.tools.sandbox.server.sandbox_server import uvicorn_server
from pytest_customerio.tools.sandbox.settings import Settings

ADDRESSES = {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}


class Transport(asyncio.Transport):
    """A connection without a socket, which collects what is written."""

    def __init__(self) -> None:
        super().__init__(ADDRESSES)
        self.written: list[Any] = []

    def write(self, data: Any) -> None:
        """Collect data."""
        self.written.append(data)

    def is_closing(self) -> bool:
        """It stays open."""
        return False

    def resume_reading(self) -> None:
        """Nothing was paused."""

    def close(self) -> None:
        """Nothing is to be closed."""


async def send(config: uvicorn.Config, requests: Sequence[bytes], number: int) -> None:
    """Send so many requests in turn, and look at each answer."""
    state, transport = ServerState(), Transport()
    new: Callable[..., Any] = config.http_protocol_class
    protocol = new(config=config, server_state=state, app_state={})
    protocol.connection_made(transport)
    for index in range(number):
        protocol.data_received(requests[index % len(requests)])
        while not protocol.cycle.response_complete or state.tasks:
            await asyncio.sleep(0)
        assert b" 200" in transport.written[0]
        transport.written.clear()
    protocol.connection_lost(ConnectionResetError())


def main(kind: str, number: int) -> None:
    """Send to the bare endpoint, or to a sandbox in memory or with a data file."""
    if kind == "bare":
        app = Starlette(routes=[Route("/api/v1/customers/{identifier}", bare, methods=["PUT"])])
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False)
        config.load()
        asyncio.run(send(config, writes("", ""), number))
        return
    with TemporaryDirectory() as folder:
        service = Service(Settings(data=Path(folder) / "data.db" if kind == "data" else None))
        config = uvicorn_server(Application(service, admin(service, {}))).config
        asyncio.run(send(config, writes(f"{service.keys.site_id}:{service.keys.track}", ""), number))
        service.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
