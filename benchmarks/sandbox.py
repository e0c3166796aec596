"""The sandbox beside a bare endpoint under the same server, with few and with many people, and its time to start. The
servers run in processes of their own, and one client calls them in turn over one connection each. The CPU time of the
servers is measured."""

from __future__ import annotations

import asyncio
import base64
import json
import multiprocessing
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from side_by_side import Row, in_turn, table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer, uvicorn_server
from pytest_customerio.tools.sandbox.server.sockets import bind
from pytest_customerio.tools.sandbox.settings import Settings

REQUESTS = 400
ROUNDS = 15
FEW, MANY = 10, 100_000
PERSON = json.dumps(
    {"email": "ada@example.com", "plan": "pro", "first_name": "Ada", "created_at": 1_764_000_000}
).encode()


async def bare(request: Request) -> JSONResponse:
    """The work of any endpoint: read JSON, answer JSON."""
    assert await request.json()
    return JSONResponse({})


def serve_bare(told: Connection) -> None:
    """Run the bare endpoint in a process of its own."""
    listening = bind("127.0.0.1", 0)
    told.send((listening.getsockname()[1], ""))
    tell_time(told)
    app = Starlette(routes=[Route("/api/v1/customers/{identifier}", bare, methods=["PUT"])])
    asyncio.run(uvicorn_server(app).serve(sockets=[listening]))


def tell_time(told: Connection) -> None:
    """Answer each question with the CPU seconds that this process has used."""

    def answer() -> None:
        while told.recv():
            told.send(time.process_time())

    threading.Thread(target=answer, daemon=True).start()


def serve_sandbox(told: Connection, people: int, data: Path | None = None) -> None:
    """Run a sandbox with people in it in a process of its own, with a data file or without one."""
    with SandboxServer(Settings(data=data)) as running:
        for number in range(people):
            running.service.workspace.identify(("id", f"p{number}"), {"email": f"p{number}@example.com"}, 1)
        keys = running.service.keys
        told.send((int(running.url.rpartition(":")[2]), f"{keys.site_id}:{keys.track}"))
        tell_time(told)
        running.wait(600)


@contextmanager
def started(serve: Callable[..., None], *arguments: object) -> Iterator[Callable[[], float]]:
    """Start a server in a process. The function that it gives returns the CPU seconds of one request."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, *arguments), daemon=True)
    process.start()
    port, key = ours.recv()
    head = f"Host: x\r\nContent-Length: {len(PERSON)}\r\nAuthorization: Basic {base64.b64encode(key.encode()).decode()}"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        count = iter(range(1 << 30))

        def cpu() -> float:
            ours.send(True)
            return float(ours.recv())

        def measured() -> float:
            begun = cpu()
            for _ in range(REQUESTS):
                target = f"PUT /api/v1/customers/p{next(count) % 5000} HTTP/1.1\r\n"
                connection.sendall(f"{target}{head}\r\n\r\n".encode() + PERSON)
                answer = connection.recv(4096)
                while not answer.rstrip().endswith(b"{}"):
                    answer += connection.recv(4096)
                assert answer.startswith(b"HTTP/1.1 200"), answer
            return (cpu() - begun) / REQUESTS

        yield measured
    process.terminate()
    process.join()


def listening() -> float:
    """Seconds until the command says that it listens, over http and https."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "pytest_customerio", "sandbox", "--port", "0", "--https"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        spent = time.perf_counter() - begun
        process.terminate()
    return spent


def rows() -> list[Row]:
    """Throughput beside the bare endpoint, with a data file, the effect of many people, and the start."""
    with (
        TemporaryDirectory() as folder,
        started(serve_bare) as endpoint,
        started(serve_sandbox, FEW) as few,
        started(serve_sandbox, MANY) as many,
        started(serve_sandbox, FEW, Path(folder) / "data.db") as kept_in_file,
    ):
        found = in_turn({"bare": endpoint, "few": few, "many": many, "data": kept_in_file}, ROUNDS)
    spent = {name: median(values) for name, values in found.items()}
    return [
        Row("sandbox: a bare endpoint on the same stack", f"{1 / spent['bare']:.0f} requests per second of CPU"),
        Row(f"sandbox: identify, {FEW} people", f"{1 / spent['few']:.0f} requests per second of CPU"),
        Row("sandbox: throughput / bare endpoint", f"{spent['bare'] / spent['few']:.2f} ×", "≥ 0.5 ×"),
        Row("sandbox: with --data / bare endpoint", f"{spent['bare'] / spent['data']:.2f} ×", "≥ 0.33 ×"),
        Row(f"sandbox: {MANY:,} people / {FEW}", f"{spent['few'] / spent['many']:.2f} ×", "1.0 ×"),
        Row("sandbox: start until it listens, https too", f"{median(listening() for _ in range(5)):.2f} s", "< 1 s"),
    ]


if __name__ == "__main__":
    print(table(rows()))
