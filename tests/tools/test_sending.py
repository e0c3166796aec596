"""Sends one request to a real server."""

from __future__ import annotations

import http.client
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import vcr

from pytest_customerio.tools import sending
from pytest_customerio.tools.sending import UnreachableError, send

if TYPE_CHECKING:
    from tests.tools.conftest import Stand


def test_a_request_and_its_answer(stand: Stand) -> None:
    """Method, path, query, headers and body are sent; status, reason, headers and body are returned."""
    stand.says("/a?b=c", b"text", 201)
    answer = send("POST", f"{stand.url}/a?b=c", {"x-a": "b"}, b"body")
    assert (answer.status, answer.reason, answer.body) == (201, "Created", b"text")
    assert ("Content-Type", "application/json") in answer.headers
    ((method, path, headers, body),) = stand.requests
    assert (method, path, headers["x-a"], body) == ("POST", "/a?b=c", "b", b"body")


def test_an_address_without_a_path(stand: Stand) -> None:
    """Without a path, `/` is requested; a redirect is not followed."""
    stand.says("/", b"", 301)
    assert send("GET", stand.url, {}).status == 301
    assert stand.paths == ["/"]


def test_a_long_answer_is_cut(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the greatest number of bytes is read."""
    monkeypatch.setattr(sending, "LARGEST", 3)
    stand.says("/", b"abcdef")
    assert send("GET", stand.url, {}).body == b"abc"


def test_a_cassette_in_use_does_not_answer(stand: Stand, tmp_path: Path) -> None:
    """The request reaches the server while a cassette of vcrpy is in use."""
    stand.says("/", b"real")
    with vcr.use_cassette(str(tmp_path / "a.yaml"), record_mode="none"):
        assert send("GET", stand.url, {}).body == b"real"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(111, "refused"), "refused"),
        (TimeoutError(), "TimeoutError"),
        (http.client.BadStatusLine("x"), "x"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_answer(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str, scheme: str) -> None:
    """Any failure becomes one error with the server's address and the reason, or the class of an error without a text."""

    def fail(*given: object, **more: object) -> socket.socket:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(UnreachableError) as caught:
        send("GET", f"{scheme}://example.com/a", {})
    assert str(caught.value).startswith(f"{scheme}://example.com gives no answer: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        (b"", "connection-reset"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "truncated-body"),
        (b"rubbish\r\n\r\n", ""),
        (None, "read-timeout"),
    ],
)
def test_what_happens_to_a_request(says: bytes | None, fault: str) -> None:
    """A request whose connection was made and broke has a fault; a server that speaks no HTTP is none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            with server.accept()[0] as connection:
                connection.recv(1000)
                if says is None:
                    over.wait()
                else:
                    connection.sendall(says)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(UnreachableError) as caught:
            send("GET", f"http://127.0.0.1:{server.getsockname()[1]}", {}, timeout=0.2 if says is None else 20)
        over.set()
        thread.join()
    assert caught.value.fault == fault
