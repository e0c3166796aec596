"""The Customer.io that is asked again: a server on this machine that says it is a sandbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, Provenance, WireRequest
from pytest_customerio.tools.drift.arguments import CannotAskError
from pytest_customerio.tools.drift.asking import SkipError
from pytest_customerio.tools.drift.recorded import Recording
from pytest_customerio.tools.drift.targets import open_target

CATALOG = Catalog.load()
ENVIRON = {"CUSTOMERIO_SITE_ID": "site-0001", "CUSTOMERIO_API_KEY": "track-0001", "CUSTOMERIO_REGION": "us"}
ABOUT = json.dumps({"region": "us", "environ": ENVIRON}).encode()


class Sandbox(ThreadingHTTPServer):
    """Answers everything alike, and keeps what it was asked: method and path, and the key."""

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
        """Nothing is told."""


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
    """With the target's address and key, whatever the cassette says."""
    with open_target({}, CATALOG, sandbox.url) as (name, send):
        assert name == f"a sandbox at {sandbox.url}"
        answer = send(recording())
        send(recording())
    assert (answer.status, answer.body) == (200, b'{"region": "us"}')
    (asked, key), again = sandbox.asked
    assert asked == "GET /api/v1/accounts/region?a=b"
    assert key.startswith("Basic ")
    assert again == (asked, key)


def test_keys_that_draw_a_401(sandbox: Sandbox) -> None:
    """One that opens nothing; where the case says so, one of another kind."""
    with open_target({}, CATALOG, sandbox.url) as (_, send):
        for one in (recording(), recording(status=401), recording("401-wrong-key-type", 401)):
            send(one)
    keys = [key for _, key in sandbox.asked]
    assert len(set(keys)) == 3
    assert keys[2].startswith("Bearer ")


def test_success_finds_what_it_speaks_of(sandbox: Sandbox) -> None:
    """People and objects are there before the first of its requests, and not again before the next."""
    with open_target({}, CATALOG, sandbox.url) as (_, send):
        send(recording("200-ok"))
        first = len(sandbox.asked)
        send(recording("200-ok"))
    assert first > 1
    assert sandbox.asked[0][0] == "PUT /api/v1/customers/42"
    assert len(sandbox.asked) == first + 1


def test_what_cannot_be_asked(sandbox: Sandbox) -> None:
    """Without a key for it, or where nobody can be made to answer so, unless somebody was."""
    with open_target({}, CATALOG, sandbox.url) as (_, send):
        with pytest.raises(SkipError, match="no key for it"):
            send(recording(operation="app.list_segments"))
        with pytest.raises(SkipError, match="needs more requests"):
            send(replace(recording("429-rate-limited", 429), provenance=Provenance("synthetic")))
        assert send(recording("429-rate-limited", 429)).status == 200


def test_targets_that_refuse(sandbox: Sandbox) -> None:
    """Told in the words of recording: nobody there, or keys that may be of production. Nothing is sent."""
    with pytest.raises(CannotAskError, match="gives no answer"), open_target({}, CATALOG, "http://127.0.0.1:9"):
        pass
    with pytest.raises(CannotAskError, match="nothing was sent"), open_target(ENVIRON, CATALOG, None):
        pass
    assert sandbox.asked == []


def test_a_target_that_leaves() -> None:
    """In the middle of it."""
    with Sandbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with pytest.raises(CannotAskError, match="gives no answer"), open_target({}, CATALOG, server.url) as (_, send):
            server.shutdown()
            thread.join()
            server.server_close()
            send(recording())
