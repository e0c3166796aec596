"""A browser, an application with the official SDK, and a foreign host; for the tests of the inbox in a browser."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import customerio
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer

PATIENCE = 20_000  # milliseconds, on a busy machine
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """The Chromium of this machine. Without one the test is skipped, or fails where CIO_TEST_BROWSER promises one."""
    driver = pytest.importorskip("playwright.sync_api", reason="the inbox in a browser needs playwright")
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if path is None:
        missing = pytest.fail if os.environ.get("CIO_TEST_BROWSER") else pytest.skip
        missing(f"the inbox in a browser needs Chromium: none of {', '.join(NAMES)} is on the path")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(arguments))
        yield browser
        browser.close()


def expect() -> Any:
    """Playwright's assertions, which wait until they are true."""
    from playwright.sync_api import expect

    return expect


class Application:
    """An application that uses the official SDK with the address of a sandbox."""

    def __init__(self, server: SandboxServer) -> None:
        assert server.https_url is not None
        address = urlsplit(server.https_url)
        keys = server.service.keys
        self.track = customerio.CustomerIO(
            keys.site_id, keys.track, host=address.hostname, port=address.port, retries=0
        )
        self.app = customerio.APIClient(keys.app, url=server.https_url, retries=0)

    def mail(self, **given: Any) -> str:
        """Send an e-mail. Returns the id of its delivery."""
        known = {"to": "ada@example.com", "identifiers": {"id": "42"}, "_from": "Shop <shop@example.com>"}
        request = customerio.SendEmailRequest(**{**known, "subject": "Hello", "body": "<p>Hello</p>", **given})
        return str(self.app.send_email(request)["delivery_id"])

    def company(self, object_id: str, person: str, **attributes: Any) -> None:
        """Add an object, and relate a person to it."""
        key = {"object_type_id": "1", "object_id": object_id}
        entity = {"type": "object", "action": "identify", "identifiers": key, "attributes": attributes}
        related = [{"identifiers": {"id": person}}]
        url = f"https://{self.track.host}:{self.track.port}/api/v2/entity"
        self.track.send_request("POST", url, {**entity, "cio_relationships": related})

    def segment(self, number: int, person: str) -> None:
        """Add a person to a segment."""
        url = f"https://{self.track.host}:{self.track.port}/api/v1/segments/{number}/add_customers"
        self.track.send_request("POST", url, {"ids": [person]})

    def close(self) -> None:
        """Close the connections."""
        self.track.close()
        self.app.close()


class WebhookReceiver:
    """An application's handler of webhooks, which takes whatever it gets. `events` are the bodies."""

    def __init__(self) -> None:
        events = self.events = []  # type: list[dict[str, Any]]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *given: Any) -> None:
                """Nothing is printed."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and wait for the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Elsewhere:
    """Another host, which counts the connections to it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        """Stop listening, and wait for the thread."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
