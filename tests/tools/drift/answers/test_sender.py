"""Sends recorded requests again, to a server on this machine that answers that it is a sandbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, Provenance, WireRequest
from pytest_customerio.tools.asking import open_guarded
from pytest_customerio.tools.drift.answers.comparison import Send, SkipError
from pytest_customerio.tools.drift.answers.recordings import Recording
from pytest_customerio.tools.drift.answers.sender import Sender

CATALOG = Catalog.load()
ENVIRON = {"CUSTOMERIO_SITE_ID": "site-0001", "CUSTOMERIO_API_KEY": "track-0001", "CUSTOMERIO_REGION": "us"}
ABOUT = json.dumps({"region": "us", "environ": ENVIRON}).encode()


class Sandbox(ThreadingHTTPServer):
    """Gives one answer to everything, and lists method, path and key of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Sandbox

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        about = self.path == "/_sandbox/"
        if not about:
            self.server.asked.append((f"{self.command} {self.path}", self.headers.get("authorization", "")))
        body = ABOUT if about else b'{"region": "us"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = do_GET

    def log_message(self, *given: object) -> None:
        """Writes no log."""


@contextmanager
def sending(sandbox: Sandbox) -> Iterator[Send]:
    with open_guarded({}, CATALOG, sandbox.url) as target:
        yield Sender(target, CATALOG).send


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def recording(case: str = "test_a", status: int = 200, operation: str = "track.region", url: str = "") -> Recording:
    found = CATALOG.operations[operation]
    url = url or f"https://{found.hosts['us']}{found.path}?a=b"
    request = WireRequest(found.method, url, {"authorization": "nobody's"}, b"")
    return Recording(Path(case), case, found, request, Answer(status), Provenance("recorded"), str(status))


def test_a_recording_is_asked_again(sandbox: Sandbox) -> None:
    """A request is sent to the target's address with its key, in the place of those in the cassette."""
    with sending(sandbox) as send:
        answer = send(recording())
        send(recording())
    assert (answer.status, answer.body) == (200, b'{"region": "us"}')
    (asked, key), again = sandbox.asked
    assert asked == "GET /api/v1/accounts/region?a=b"
    assert key.startswith("Basic ")
    assert again == (asked, key)


def test_keys_that_draw_a_401(sandbox: Sandbox) -> None:
    """A 401 is asked for with an unknown key, or with a key of another kind where that is the case."""
    with sending(sandbox) as send:
        for one in (recording(), recording(status=401), recording("401-wrong-key-type", 401)):
            send(one)
    keys = [key for _, key in sandbox.asked]
    assert len(set(keys)) == 3
    assert keys[2].startswith("Bearer ")


def test_success_finds_what_it_looks_up(sandbox: Sandbox) -> None:
    """People and objects are created once, before the first request of a success cassette."""
    with sending(sandbox) as send:
        send(recording("200-ok"))
        first = len(sandbox.asked)
        send(recording("200-ok"))
    assert first > 1
    assert sandbox.asked[0][0] == "PUT /api/v1/customers/42"
    assert len(sandbox.asked) == first + 1


def test_what_cannot_be_asked(sandbox: Sandbox) -> None:
    """Skipped is a request without a key, and an answer that no target can be made to give, unless it was recorded."""
    with sending(sandbox) as send:
        with pytest.raises(SkipError, match="no key for it"):
            send(recording(operation="app.list_segments"))
        with pytest.raises(SkipError, match="needs more requests"):
            send(replace(recording("429-rate-limited", 429), provenance=Provenance("synthetic")))
        assert send(recording("429-rate-limited", 429)).status == 200
