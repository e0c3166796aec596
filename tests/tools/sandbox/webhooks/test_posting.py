"""Posting one request to a webhook."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme
from receiving import receiving

from pytest_customerio.core.webhook_signature import signed
from pytest_customerio.tools.sandbox.webhooks import posting
from pytest_customerio.tools.sandbox.webhooks.posting import post

REQUEST = signed("key", 5, b'{"metric":"sent"}')
Talk = Callable[[socket.socket], object]


@contextlib.contextmanager
def talking(talk: Talk) -> Iterator[str]:
    """A server that does with its first connection what it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}/hook"
        thread.join()


def test_an_answer() -> None:
    """The request arrives as it was signed; status and body of the answer are returned."""
    with receiving(503) as receiver:
        first, second = (post(receiver.url, REQUEST, 4) for _ in range(2))
    assert (first.status, first.accepted, first.answer) == (503, False, "thanks")
    assert (second.status, second.accepted, second.problem) == (200, True, "")
    assert receiver.bodies == [REQUEST.body] * 2
    assert receiver.is_signed("key")


def test_a_redirect_is_not_followed() -> None:
    """A redirect is an answer that is no success; nothing is sent to where it leads."""
    with receiving(302) as receiver:
        result = post(receiver.url, REQUEST, 4)
    assert (result.status, result.accepted, len(receiver.bodies)) == (302, False, 1)


@pytest.mark.parametrize(
    ("talk", "problem", "text"),
    [
        (lambda each: each.recv(9000), "eof", "the connection was closed without an answer"),
        (lambda each: (each.recv(9000), each.sendall(b"SSH-2.0\r\n\r\n")), "malformed", "the answer is not HTTP"),
        (lambda each: (each.recv(9000), each.recv(9000)), "timeout", "no answer within 0.2 seconds"),
        (
            lambda each: (each.recv(9000), each.sendall(b"HTTP/1.1 200"), each.recv(9000)),
            "timeout",
            "no answer within 0.2 seconds",
        ),
    ],
    ids=["closed", "not HTTP", "hangs", "hangs amid the head"],
)
def test_no_answer(talk: Talk, problem: str, text: str) -> None:
    """A server that does not answer in time, or not in HTTP, is a problem with a text."""
    with talking(talk) as place:
        result = post(f"http://{place}", REQUEST, 0.2)
    assert (result.status, result.problem, result.text) == (None, problem, text)


def test_a_reset() -> None:
    """A connection that is reset is a problem."""

    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with talking(reset) as place:
        assert post(f"http://{place}", REQUEST, 4).problem == "reset"


def test_nobody_listens() -> None:
    """A port where nobody listens refuses the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/", REQUEST, 4).problem == "refused"


def test_where_it_does_not_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid URL and a name without an address draw no request."""
    assert post("ftp://localhost/", REQUEST, 4).problem == "not allowed"

    def unknown(*arguments: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = post("http://app.test/", REQUEST, 4)
    assert (result.problem, result.text) == ("dns", "the name cannot be resolved: unknown")


def test_no_time_left() -> None:
    """Time that is over before the connection stands is a timeout."""
    assert post("http://127.0.0.1:9/", REQUEST, 0).problem == "timeout"


def test_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is checked: one that is trusted passes, another is a problem."""
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)

    def answer(connection: socket.socket) -> None:
        with server_context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(9000)
            secured.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")

    with talking(answer) as place:
        result = post(f"https://{place}", REQUEST, 4)
    assert (result.problem, result.text) == ("tls", "TLS failed: CERTIFICATE_VERIFY_FAILED")
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    monkeypatch.setattr(posting.ssl, "create_default_context", lambda: client_context)
    with talking(answer) as place:
        assert post(f"https://{place}", REQUEST, 4).status == 204
