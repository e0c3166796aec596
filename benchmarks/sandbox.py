"""The sandbox beside a bare endpoint under the same server, with few and with many people, writing and reading; and its
time to start. The servers run in processes of their own, and one client calls them in turn. The CPU time of the servers
is measured."""

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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvicorn
from side_by_side import Row, in_turn, table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
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
    told.send((listening.getsockname()[1], ("", "")))
    tell_time(told)
    app = Starlette(routes=[Route("/api/v1/customers/{identifier}", bare, methods=["PUT"])])
    # As the sandbox starts it, but for the protocol, which is uvicorn's own.
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


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
            attributes = {"email": f"p{number}@example.com", "plan": "pro"}
            running.service.workspace.identify(("id", f"p{number}"), attributes, 1)
        keys = running.service.keys
        told.send((int(running.url.rpartition(":")[2]), (f"{keys.site_id}:{keys.track}", keys.app)))
        tell_time(told)
        running.wait(600)


@contextmanager
def started(serve: Callable[..., None], *arguments: object) -> Iterator[Callable[[str], Callable[[], float]]]:
    """Start a server in a process. For `write` or `read`, the function that it gives returns one that returns the CPU
    seconds of one request."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, *arguments), daemon=True)
    process.start()
    port, keys = ours.recv()

    def cpu() -> float:
        ours.send(True)
        return float(ours.recv())

    def of(kind: str) -> Callable[[], float]:
        requests = cycle(REQUESTS_OF[kind](*keys))

        def measured() -> float:
            # A server closes a connection on which nothing comes for a while, so each measurement has its own.
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                begun = cpu()
                for _ in range(REQUESTS):
                    connection.sendall(next(requests))
                    assert answered(connection) == b"200"
                return (cpu() - begun) / REQUESTS

        return measured

    yield of
    process.terminate()
    process.join()


def answered(connection: socket.socket) -> bytes:
    """Read one answer, and return its status."""
    received = connection.recv(65_536)
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head.split(b" ")[1]


def request_bytes(target: str, authorization: str, body: bytes = b"") -> bytes:
    """A request as it is sent."""
    head = f"{target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nAuthorization: {authorization}\r\n\r\n"
    return head.encode() + body


def writes(track: str, app: str) -> list[bytes]:
    """Identify five thousand people in turn."""
    credentials = f"Basic {base64.b64encode(track.encode()).decode()}"
    return [request_bytes(f"PUT /api/v1/customers/p{number}", credentials, PERSON) for number in range(5000)]


def reads(track: str, app: str) -> list[bytes]:
    """Look up people, and read what is known of one of them."""
    bearer, person = f"Bearer {app}", f"p{FEW - 1}"
    wanted = {"attribute": {"field": "email", "operator": "eq", "value": f"{person}@example.com"}}
    return [
        request_bytes(f"GET /v1/customers?email={person}%40example.com", bearer),
        request_bytes("POST /v1/customers", bearer, json.dumps({"filter": wanted}).encode()),
        request_bytes("POST /v1/customers?limit=5", bearer, json.dumps({"filter": EVERYBODY}).encode()),
        request_bytes("POST /v1/customers", bearer, json.dumps({"filter": NOBODY}).encode()),
        *(
            request_bytes(f"GET /v1/customers/{person}/{call}", bearer)
            for call in ("attributes", "messages", "segments", "activities", "subscription_preferences")
        ),
        request_bytes("GET /v1/messages?limit=5", bearer),
        request_bytes("GET /v1/activities?limit=5", bearer),
    ]


EVERYBODY = {"attribute": {"field": "cio_id", "operator": "exists"}}
NOBODY = {"attribute": {"field": "plan", "operator": "eq", "value": "gold"}}
REQUESTS_OF: Mapping[str, Callable[[str, str], list[bytes]]] = {"write": writes, "read": reads}


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
        reading = in_turn({"few": few("read"), "many": many("read")}, ROUNDS)
        writing = {"bare": endpoint, "few": few, "many": many, "data": kept_in_file}
        found = in_turn({name: each("write") for name, each in writing.items()}, ROUNDS)
    spent = {name: median(values) for name, values in found.items()}
    read = {name: median(values) for name, values in reading.items()}
    return [
        Row("sandbox: a bare endpoint on the same stack", f"{1 / spent['bare']:.0f} requests per second of CPU"),
        Row(f"sandbox: identify, {FEW} people", f"{1 / spent['few']:.0f} requests per second of CPU"),
        Row("sandbox: throughput / bare endpoint", f"{spent['bare'] / spent['few']:.2f} ×", "≥ 0.5 ×"),
        Row("sandbox: with --data / bare endpoint", f"{spent['bare'] / spent['data']:.2f} ×", "≥ 0.33 ×"),
        Row(f"sandbox: {MANY:,} people / {FEW}", f"{spent['few'] / spent['many']:.2f} ×", "1.0 ×"),
        Row(f"sandbox: reads, {FEW} people", f"{1 / read['few']:.0f} requests per second of CPU"),
        Row(f"sandbox: reads, {MANY:,} people / {FEW}", f"{read['few'] / read['many']:.2f} ×", "1.0 ×"),
        Row("sandbox: start until it listens, https too", f"{median(listening() for _ in range(5)):.2f} s", "< 1 s"),
    ]


if __name__ == "__main__":
    print(table(rows()))
