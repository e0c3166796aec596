"""A server on this machine that stands for Customer.io in the tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Stand:
    """A server that answers each path with what `answers` has for it, else with `default`, and lists the requests."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    default: tuple[int, bytes] = (404, b"{}")
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.requests]

    def says(self, path: str, payload: object, status: int = 200) -> None:
        self.answers[path] = (status, payload if isinstance(payload, bytes) else json.dumps(payload).encode())


def _handler(stand: Stand) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = {name.lower(): value for name, value in self.headers.items()}
            stand.requests.append((self.command, self.path, sent, body))
            status, text = stand.answers.get(self.path, stand.default)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A running server without answers."""
    stand = Stand()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand))
    stand.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
