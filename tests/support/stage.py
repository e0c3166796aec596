"""Traffic for the tests of asynchronous clients: one that remembers requests, and a real server to compare with."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any, Self

from pytest_customerio.clients.passthrough import is_recorded
from pytest_customerio.clients.registry import TAPS
from pytest_customerio.clients.traffic import Switch
from pytest_customerio.clients.transport.http1 import RequestParser
from pytest_customerio.core.model import Answer, PendingInteraction, WireRequest
from pytest_customerio.process.patching import Patches

URL = "https://track.customer.io/api/v1/customers/5"
JSON = (("Content-Type", "application/json"),)
HTTPX = tuple(name for name in ("httpx", "httpx2") if importlib.util.find_spec(name))
CORES = tuple(name.replace("httpx", "httpcore") for name in HTTPX)
OK = Answer(200, "OK", JSON, b'{"ok": true}')
RESET = b"reset"

_heard_above: ContextVar[bool] = ContextVar("heard_above", default=False)


class Refused(RuntimeError):
    """What the traffic raises for a request that may not be sent."""


class Hearing:
    def __init__(self, traffic: FakeTraffic, interaction: PendingInteraction) -> None:
        self._traffic = traffic
        self.interaction = interaction
        self.over = False
        self.replayed = False
        self.engine: object = None

    def __enter__(self) -> Self:
        _heard_above.set(True)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.over = True
        _heard_above.set(False)
        self._traffic.heard.append(self.interaction)


class FakeTraffic:
    """Traffic for Customer.io and `hosts`. It answers OK, or as `answering` says, and remembers all requests."""

    def __init__(self) -> None:
        self.heard: list[PendingInteraction] = []
        self.asked: list[WireRequest] = []
        self.hosts: set[str] = set()
        self.answering: Callable[[WireRequest], Answer] = lambda request: OK
        self.listens = True
        self.breaks_connecting = False

    def concerns(self, host: str, port: int | None = None) -> bool:
        return host.endswith("customer.io") or host in self.hosts

    def at_connect(self, host: str = "", port: int | None = None) -> bool:
        return self.breaks_connecting

    def sent_from(self) -> str | None:
        return None

    def error_met(self) -> bool:
        return False

    def bypass(self) -> AbstractContextManager[None]:
        return nullcontext()

    def hear(self, client: str, method: str, url: str) -> Hearing | None:
        if not self.listens or _heard_above.get():
            return None
        return Hearing(self, PendingInteraction(client, method, url))

    def answer(self, request: WireRequest) -> Answer:
        if is_recorded():
            raise Refused(request.url)
        self.asked.append(request)
        return self.answering(request)

    def refuse(self, request: WireRequest) -> Answer:
        raise Refused(request.url)

    @property
    def only(self) -> PendingInteraction:
        """The one interaction heard."""
        (interaction,) = self.heard
        return interaction


@contextlib.contextmanager
def installed(*taps: str) -> Iterator[FakeTraffic]:
    """Install these taps on a traffic of their own; each is a client of the registry, or a module of ours."""
    traffic, patches = FakeTraffic(), Patches()
    switch = Switch(traffic)
    for tap in taps:
        if tap in TAPS:
            importlib.import_module(tap)
        name, *which = TAPS.get(tap, (tap,))
        importlib.import_module(f"pytest_customerio.clients.{name}").install(switch, patches, *which)
    try:
        yield traffic
    finally:
        switch.turn_off()
        patches.undo()


class _Replies:
    """Gives one reply to every request: bytes, `RESET`, or None for silence."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: Any, reply: bytes | None) -> None:
        super().__init__(address, _Handler)  # type: ignore[call-arg]
        self.reply = reply
        self.seen: list[WireRequest] = []


class Server(_Replies, socketserver.ThreadingTCPServer):
    """A server on the loopback."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/v1/customers/5"


class UnixServer(_Replies, socketserver.ThreadingUnixStreamServer):
    """A server on a Unix socket."""


class _Handler(socketserver.BaseRequestHandler):
    server: Server | UnixServer

    def handle(self) -> None:
        parser = RequestParser("")
        with contextlib.suppress(OSError):
            while data := self.request.recv(65536):
                for request in parser.feed(data):
                    self.server.seen.append(request)
                    if self.server.reply == RESET:
                        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        self.request.close()
                    elif self.server.reply is not None:
                        self.request.sendall(self.server.reply)


REAL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal"


@contextlib.contextmanager
def running(server: Any) -> Iterator[Any]:
    """A server while it runs."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def served(reply: bytes | None = REAL) -> contextlib.AbstractContextManager[Server]:
    """A running server on the loopback."""
    return running(Server(("127.0.0.1", 0), reply))


def met(call: Callable[[], Any]) -> tuple[str, str, str]:
    """The exception of a call in the words that a log would show, and its causes."""
    try:
        call()
    except Exception as error:
        return type(error).__module__ + "." + type(error).__qualname__, str(error), type(error.__cause__).__qualname__
    raise AssertionError("nothing was raised")
