"""A server that receives webhooks: it notes each request, and answers with the statuses that it is given."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_customerio.core.webhook_signature import SIGNATURE, TIMESTAMP, signature


class Receiver:
    """What arrived. `statuses` are those of the next answers; after them comes 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.url = ""

    @property
    def metrics(self) -> list[str]:
        """The metric of each event that arrived."""
        return [each["metric"] for each in self.events]

    @property
    def events(self) -> list[Any]:
        """Each event that arrived."""
        return [json.loads(body) for body in self.bodies]

    def is_signed(self, key: str) -> bool:
        """Whether the last request has the signature of this key."""
        body, headers = self.bodies[-1], self.headers[-1]
        return headers.get(SIGNATURE) == signature(key, int(headers[TIMESTAMP]), body)


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    """Run a receiver while the context lasts."""
    receiver = Receiver()
    receiver.statuses += statuses

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            receiver.headers.append(dict(self.headers))
            status = receiver.statuses.pop(0) if receiver.statuses else 200
            self.send_response(status)
            if status // 100 == 3:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
