"""The sandbox on real sockets: network faults, bodies over the limit, invalid clients."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sandbox_client import authorization

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.answering.answers import SandboxAnswer
from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.server import application
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.server.sockets import ProtocolWithTransport
from pytest_customerio.tools.sandbox.settings import Settings

CUSTOMER = "/api/v1/customers/42"


@pytest.fixture(scope="module")
def shared_server() -> Iterator[SandboxServer]:
    """One sandbox for all tests of this module."""
    with SandboxServer(Settings(tls=True)) as server:
        yield server


@pytest.fixture
def server(shared_server: SandboxServer) -> SandboxServer:
    """The sandbox, emptied."""
    shared_server.service.reset()
    return shared_server


def sent(server: SandboxServer, method: str, target: str, base: str = "", **more: Any) -> requests.Response:
    """The answer to a request with the right key."""
    headers = {"Authorization": authorization(server.service.keys, target), **more.pop("headers", {})}
    trusted = server.environ["REQUESTS_CA_BUNDLE"]
    url = f"{base or server.url}{target}"
    return requests.request(method, url, headers=headers, timeout=5, verify=trusted, allow_redirects=False, **more)


def raw(server: SandboxServer, text: bytes) -> bytes:
    """The answer to these bytes."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
        connection.sendall(text)
        return connection.recv(65536)


def test_answers_over_http_and_https(server: SandboxServer) -> None:
    """Headers of an answer name its source, its error case, and what the service would not say."""
    assert server.https_url is not None
    for base in (server.url, server.https_url):
        response = sent(server, "PUT", CUSTOMER, base, json={"plan": "pro"})
        assert (response.status_code, response.content) == (200, b"{}\n")
        assert response.headers["X-Sandbox-Source"] == "observed"
    response = sent(server, "PUT", CUSTOMER, json={"email": "ada"})
    assert (response.status_code, response.headers["X-Sandbox-Case"]) == (400, "400-invalid-email")
    response = sent(server, "DELETE", "/api/v1/customers/43")
    assert response.headers["X-Sandbox-Note"] == "nothing to do: there is no such person"
    form = sent(server, "POST", "/api/v1/forms/a/submit", json={"data": {"id": "42"}})
    assert (form.status_code, form.content, "Content-Length" in form.headers) == (204, b"", False)


@pytest.mark.parametrize("end", [" ", "\n", "\x00", "\u2028", "é"])
def test_any_note_can_be_a_header(server: SandboxServer, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """A note that is cut at a blank, or has a control character in it, does not break the answer."""
    monkeypatch.setattr(application, "LONGEST_NOTE", 10)
    application._sandbox_headers.cache_clear()
    answer = SandboxAnswer(Answer(200), "observed", notes=(f"a{end}b{'x' * 6}{end}y",))
    monkeypatch.setattr(server.service, "answer", lambda http: answer)
    assert sent(server, "PUT", CUSTOMER, json={}).headers["X-Sandbox-Note"].startswith("a")
    application._sandbox_headers.cache_clear()


def test_paths_and_headers_as_they_were_sent(server: SandboxServer) -> None:
    """A path is decoded once, a repeated header is joined, and a host of Customer.io is recognized."""
    sent(server, "PUT", "/api/v1/customers/a%2Fb%25", json={})
    assert server.service.workspace.people.find(("id", "a/b%"))
    text = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nUser-Agent: a\r\nUser-Agent: b\r\n\r\n"
    assert raw(server, text).startswith(b"HTTP/1.1 404")
    assert [one.client for one in server.service.log][-1] == "a, b"
    named = sent(server, "GET", "/api/v1/accounts/region", headers={"Host": "track.customer.io"})
    assert named.json()["url"] == "https://track.customer.io"


def test_a_compressed_body(server: SandboxServer) -> None:
    """The payload of a compressed body is read."""
    body = gzip.compress(json.dumps({"plan": "pro"}).encode())
    assert sent(server, "PUT", CUSTOMER, data=body, headers={"Content-Encoding": "gzip"}).status_code == 200
    (ada,) = server.service.workspace.people
    assert ada.attributes == {"plan": "pro"}


@pytest.mark.parametrize("fault", ["connection-reset", "accepted-then-reset"])
def test_resets(server: SandboxServer, fault: str) -> None:
    """A requested reset breaks the connection over http and https; the next request succeeds."""
    for base in (server.url, server.https_url):
        server.service.fault(fault)
        with pytest.raises(requests.ConnectionError):
            sent(server, "PUT", CUSTOMER, base or "", json={})
        assert sent(server, "PUT", CUSTOMER, base or "", json={}).status_code == 200


def test_a_truncated_body(server: SandboxServer) -> None:
    """Only a part of the body arrives before the connection is closed."""
    server.service.fault("truncated-body")
    place = urlsplit(server.url)
    client = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    headers = {"Authorization": authorization(server.service.keys, CUSTOMER)}
    client.request("PUT", CUSTOMER, b"{}", headers)
    response = client.getresponse()
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    client.close()


def test_an_answer_that_never_comes(server: SandboxServer) -> None:
    """The client runs into its timeout; other requests are answered meanwhile."""
    server.service.fault("read-timeout")
    headers = {"Authorization": authorization(server.service.keys, CUSTOMER)}
    with pytest.raises(requests.ReadTimeout):
        requests.put(server.url + CUSTOMER, json={}, headers=headers, timeout=0.2)
    assert sent(server, "PUT", CUSTOMER, json={}).status_code == 200


def test_a_handshake_that_fails(server: SandboxServer) -> None:
    """The requested number of handshakes fails; http is not affected."""
    server.service.fault("tls-failure")
    with pytest.raises(requests.exceptions.SSLError):
        sent(server, "PUT", CUSTOMER, server.https_url or "", json={})
    assert sent(server, "PUT", CUSTOMER, json={}).status_code == 200
    assert sent(server, "PUT", CUSTOMER, server.https_url or "", json={}).status_code == 200


def test_other_clients_do_not_trust_its_authority(server: SandboxServer) -> None:
    """A client without the authority's certificate refuses the connection."""
    place = urlsplit(server.https_url or "")
    with (
        socket.create_connection((place.hostname, place.port), timeout=5) as connection,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")


def test_bodies_over_the_limit(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body over the limit draws 413, with or without Content-Length; a broadcast has a higher limit."""
    monkeypatch.setattr(application, "LARGEST", 1000)
    large = json.dumps({"x": "y" * 2000}).encode()
    response = sent(server, "PUT", CUSTOMER, data=large)
    assert (response.status_code, response.headers["Connection"]) == (413, "close")
    chunks = (large[at : at + 100] for at in range(0, len(large), 100))
    assert sent(server, "PUT", CUSTOMER, data=chunks).status_code == 413
    assert sent(server, "POST", "/v1/campaigns/1/triggers", json={"data": {"x": "y" * 2000}}).status_code == 200
    key = authorization(server.service.keys, CUSTOMER)
    claimed = f"PUT {CUSTOMER} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nContent-Length: {'9' * 15}\r\n\r\n"
    assert raw(server, claimed.encode()).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"\0" * 100,
    ],
)
def test_what_is_no_http(server: SandboxServer, text: bytes) -> None:
    """Bytes that are not HTTP draw 400, and the next request succeeds."""
    assert raw(server, text + b"\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert sent(server, "PUT", CUSTOMER, json={}).status_code == 200


def test_a_client_that_goes_away(server: SandboxServer) -> None:
    """A request whose client disconnects within the body is not carried out."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
        connection.sendall(f"PUT {CUSTOMER} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    assert sent(server, "PUT", "/api/v1/customers/43", json={}).status_code == 200
    assert [person.display_name for person in server.service.workspace.people] == ["43"]


def test_only_a_late_body_is_limited_in_time(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that comes with its head needs no timer. One that comes after its head has a limit of time."""
    limits: list[float] = []
    timeout = asyncio.timeout
    monkeypatch.setattr(application.asyncio, "timeout", lambda limit: limits.append(limit) or timeout(limit))
    credentials = authorization(server.service.keys, CUSTOMER)
    head = f"PUT {CUSTOMER} HTTP/1.1\r\nHost: x\r\nAuthorization: {credentials}\r\nContent-Length: 2\r\n"
    assert raw(server, f"{head}\r\n{{}}".encode()).startswith(b"HTTP/1.1 200")
    assert limits == []
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
        connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{}")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    assert limits == [application.BODY_TIMEOUT]


def messages_sent_by(
    app: application.Application, *messages: dict[str, Any], path: str = CUSTOMER
) -> list[dict[str, Any]]:
    """The messages that an application sends when it receives these; then its client stays silent."""
    sent_messages: list[dict[str, Any]] = []
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent_messages.append(message)

    scope = {
        "type": "http",
        "method": "PUT",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
    }
    asyncio.run(app({**scope, "headers": []}, receive, send))
    return sent_messages


def test_a_body_that_does_not_arrive(server: SandboxServer) -> None:
    """A body that is late, or whose client has disconnected, draws 408 and is not logged."""
    app = application.Application(server.service, admin=None, body_timeout=0.01)  # type: ignore[arg-type]
    for messages in ((), ({"type": "http.disconnect"},)):
        start, _ = messages_sent_by(app, *messages)
        assert start["status"] == 408
    assert len(server.service.log) == 0


def test_a_form_that_does_not_arrive(server: SandboxServer) -> None:
    """A request to the sandbox's own paths whose body is late draws 408."""

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    app = application.Application(server.service, admin=slow, body_timeout=0.01)
    start, _ = messages_sent_by(app, path="/_sandbox/faults")
    assert start["status"] == 408


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 200)]
)
def test_pages_of_other_sites_are_refused(server: SandboxServer, origin: str, status: int) -> None:
    """A browser can send a request for any page it shows; only pages of this machine are answered."""
    answer = sent(server, "PUT", CUSTOMER, json={}, headers={"Origin": origin})
    assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (
        status,
        "*" if status == 200 else None,
    )
    assert ("pages of this machine only" in answer.text) == (status == 403)
    asks = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    assert sent(server, "OPTIONS", CUSTOMER, headers=asks).status_code == (204 if status == 200 else 403)
    assert len(server.service.log) == (status == 200)


def test_a_body_that_unpacks_to_more_than_the_limit(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small compressed body that is large when it is unpacked draws 413, and is not kept."""
    monkeypatch.setattr(application, "LARGEST", 1000)
    body = gzip.compress(json.dumps({"note": "x" * 2000}).encode())
    assert sent(server, "PUT", CUSTOMER, data=body, headers={"Content-Encoding": "gzip"}).status_code == 413
    (one,) = server.service.log
    assert one.payload is None


@pytest.mark.parametrize("text", [b"", b"PUT / HTTP/1.1\r\nHost:"])
def test_a_head_that_does_not_arrive(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    """A connection whose request does not begin in time is closed, before the first request and after one."""
    monkeypatch.setattr(ProtocolWithTransport, "head_timeout", 0.05)
    with SandboxServer(Settings()) as server:
        place = urlsplit(server.url)
        for first in (b"", b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"):
            with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
                connection.sendall(first + text)
                with connection.makefile("rb") as answers:
                    assert answers.read().startswith(b"HTTP/1.1 404" if first else b"")


@pytest.mark.parametrize(("said", "scheme"), [("https", "https"), ("javascript", "http"), ("", "http")])
def test_a_proxy_that_speaks_https(server: SandboxServer, said: str, scheme: str) -> None:
    """The addresses in answers have the scheme that a proxy in front of the sandbox names."""
    assert sent(server, "PUT", CUSTOMER, json={}, headers={"X-Forwarded-Proto": said}).status_code == 200
    (one,) = server.service.log
    assert one.exchange is not None
    assert one.exchange.base == server.url.replace("http:", f"{scheme}:")


def test_many_clients_at_once(server: SandboxServer) -> None:
    """Twenty clients are answered while two hundred idle connections are open."""
    place = urlsplit(server.url)
    idle = [socket.create_connection((place.hostname, place.port), timeout=5) for _ in range(200)]
    gate = threading.Barrier(20)

    def one(worker: int) -> set[int]:
        gate.wait(5)
        target = f"{CUSTOMER}{worker}"
        return {sent(server, "PUT", target, json={"n": n}).status_code for n in range(10)}

    with ThreadPoolExecutor(20) as pool:
        assert set().union(*pool.map(one, range(20))) == {200}
    assert len(server.service.workspace.people) == 20
    for each in idle:
        each.close()


def test_http_requests_are_values() -> None:
    """A request can be created without a server."""
    assert HttpRequest("GET", "/", {}).base == "http://127.0.0.1"
