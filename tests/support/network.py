"""A real network on the loopback that fails on request, to compare with what is replayed. The next step of the network
decides where names lead: to a server that answers, resets, stays silent or stops in the middle of its answer, to a port
without a server, to one that never accepts, or nowhere."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_customerio.clients.transport.faults import ALERT, received
from pytest_customerio.clients.transport.http1 import RequestParser, serialize
from pytest_customerio.core.model import Answer

HOST = "crm.example.com"
# All of 127/8 is this machine. At the server's port one address has no listener, and another has one that never accepts.
ADDRESSES = {"connection-refused": "127.0.0.2", "connect-timeout": "127.0.0.3"}
CONNECTING = ("connection-refused", "connect-timeout", "dns-failure")
CLOSE = (("Connection", "close"),)


class Network:
    """Plays these answers, one per attempt, the last one again and again; `attempts` counts them."""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers = answers
        self.attempts = 0
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.next = self.next
        self.server.silent = threading.Event()
        self._deaf = socket.socket()
        self._waiting: list[socket.socket] = []

    @property
    def port(self) -> int:
        """The port of the server."""
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        """An address on this network."""
        return f"http://{HOST}:{self.port}/api/v1/customers/42"

    def next(self) -> Answer:
        """The answer to this attempt."""
        answer = self._answers[min(self.attempts, len(self._answers) - 1)]
        self.attempts += 1
        return answer

    def resolve(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The resolver of this network. A fault in connecting is an attempt of its own."""

        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            if host not in (HOST, HOST.encode()):
                return original(host, port, *args, **kwargs)
            coming = self._answers[min(self.attempts, len(self._answers) - 1)].fault
            if coming in CONNECTING:
                self.next()
            if coming == "dns-failure":
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            if coming == "connect-timeout":
                self._be_deaf()
            address = ADDRESSES.get(str(coming), "127.0.0.1")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))]

        return getaddrinfo

    def _be_deaf(self) -> None:
        """Listen with a queue that is full: the kernel leaves any further connection waiting."""
        if not self._waiting:
            self._deaf.bind((ADDRESSES["connect-timeout"], self.port))
            self._deaf.listen(0)
            for _ in range(4):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(self._deaf.getsockname())
                self._waiting.append(one)

    def close(self) -> None:
        self.server.silent.set()
        for one in (*self._waiting, self._deaf):
            one.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    next: Callable[[], Answer]
    silent: threading.Event


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        parser = RequestParser("")
        with contextlib.suppress(OSError):
            while data := self.request.recv(65536):
                if data[0] == 22:  # a TLS client says hello
                    self.server.next()
                    self.request.sendall(ALERT)
                    return
                for request in parser.feed(data):
                    self._answer(self.server.next(), request.method)
                    return

    def _answer(self, answer: Answer, method: str) -> None:
        if answer.fault in ("connection-reset", "accepted-then-reset"):
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
        elif answer.fault == "read-timeout":
            self.server.silent.wait(5)
        else:
            whole = received(answer) if answer.fault else answer
            self.request.sendall(
                serialize(Answer(whole.status, whole.reason, whole.headers + CLOSE, whole.body), method)
            )


@contextlib.contextmanager
def real(answers: list[Answer], patch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A running network that names lead to."""
    network = Network(answers)
    thread = threading.Thread(target=network.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    with patch.context() as patched:
        patched.setattr(socket, "getaddrinfo", network.resolve(socket.getaddrinfo))
        try:
            yield network
        finally:
            network.close()
            network.server.shutdown()
            network.server.server_close()
            thread.join()
