"""`http.client`, used in every way, and `urllib.request` are heard and answered."""

from __future__ import annotations

import http.client
import io
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from unittest import mock

import pytest
import vcr
from tapping import TRACK, FakeTraffic, Listener

from pytest_customerio.core.model import Answer
from pytest_customerio.process.guard import RefusedError

PATH = "/api/v1/customers/42/events"


def _connection(**kwargs: object) -> HTTPSConnection:
    return HTTPSConnection("track.customer.io", **kwargs)  # type: ignore[arg-type]


def test_a_request_is_heard_and_answered(tapped: FakeTraffic) -> None:
    """Two requests on one connection are heard, and each gets its own answer."""
    tapped.answers["*"] = [Answer(201, "Made", (("X-A", "1"),), b"one"), Answer(200, "", (), b"two")]
    conn = _connection(timeout=3)
    conn.request("POST", PATH, b"{}", {"Authorization": "Basic x"})
    response = conn.getresponse()
    assert (response.status, response.reason, response.getheader("x-a"), response.read()) == (201, "Made", "1", b"one")
    conn.request("GET", PATH)
    assert conn.getresponse().read() == b"two"
    conn.close()
    first, second = tapped.heard
    assert (first.client, first.method, first.url, first.status) == ("http.client", "POST", TRACK, 201)
    assert (first.body, first.headers, first.timeout_set) == (b"{}", {"authorization": "Basic x"}, True)
    assert (second.body, second.body_known, second.status, second.attempts) == (None, True, 200, 1)
    assert first.sent_from is not None
    assert first.sent_from.endswith(" in test_a_request_is_heard_and_answered")


def test_urllib_request_is_heard_once(tapped: FakeTraffic) -> None:
    """`urllib.request` is heard once, and raises its own errors."""
    tapped.answers["*"] = [Answer(200, "", (), b"ok"), Answer(400, "Bad", (), b"no"), Answer(fault="connection-reset")]
    assert urllib.request.urlopen(TRACK, b"{}").read() == b"ok"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(TRACK, b"{}", timeout=3)
    assert caught.value.read() == b"no"
    with pytest.raises(ConnectionResetError, match="Connection reset by peer"):
        urllib.request.urlopen(TRACK, b"{}")
    assert [(heard.status, heard.raised) for heard in tapped.heard] == [
        (200, None),
        (400, None),
        (None, "ConnectionResetError"),
    ]
    assert [heard.timeout_set for heard in tapped.heard] == [False, True, False]


def test_a_read_timeout(tapped: FakeTraffic) -> None:
    """A read timeout is raised as a socket raises it."""
    tapped.answers["*"] = [Answer(fault="read-timeout")]
    conn = _connection()
    conn.request("GET", PATH)
    with pytest.raises(TimeoutError, match="^The read operation timed out$"):
        conn.getresponse()
    assert tapped.only.raised == "TimeoutError"


def test_the_systems_default_timeout_counts(tapped: FakeTraffic) -> None:
    """The default timeout of `socket` counts where the connection has none."""
    socket.setdefaulttimeout(5)
    try:
        _connection().request("GET", PATH)
    finally:
        socket.setdefaulttimeout(None)
    assert tapped.only.timeout_set is True


def test_every_kind_of_body(tapped: FakeTraffic) -> None:
    """Each kind of body is heard as it is sent; text is Latin-1, and an iterator is heard while it is read."""

    def chunks() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    for body in ("ü", [b"c", b"d"], io.BytesIO(b"e"), io.StringIO("f"), chunks(), bytearray(b"g"), None):
        conn = _connection()
        conn.request("POST", PATH, body)  # type: ignore[arg-type]
        assert conn.getresponse().status == 200
    assert [heard.body for heard in tapped.heard] == [b"\xfc", b"cd", b"e", b"f", b"ab", b"g", None]
    assert [sent.body for sent in tapped.attempts] == [b"\xfc", b"cd", b"e", b"f", b"ab", b"g", b""]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_put_together_step_by_step(tapped: FakeTraffic, chunked: bool) -> None:
    """`putrequest` to `send`: the request is heard when its last byte is sent."""
    conn = _connection()
    conn.putrequest("PUT", PATH)
    conn.putheader("Authorization", "Basic x")
    conn.putheader(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", "4")))
    conn.endheaders()
    assert tapped.heard == []
    for piece in (b"2\r\nab\r\n", b"2\r\ncd\r\n", b"0\r\n\r\n") if chunked else (b"ab", b"cd"):
        conn.send(piece)
    heard = tapped.only
    assert (heard.method, heard.url, heard.body, heard.attempts) == ("PUT", TRACK, b"abcd", 1)
    assert heard.headers["authorization"] == "Basic x"
    assert conn.getresponse().read() == b"{}"
    assert heard.status == 200
    assert tapped.attempts[0].body == b"abcd"


def test_a_message_body_with_the_headers(tapped: FakeTraffic) -> None:
    """A body given to `endheaders`, or no body, makes the request whole at once."""
    conn = _connection()
    for body in (b"abcd", None):
        conn.putrequest("POST", PATH)
        conn.putheader("Content-Length", str(len(body or b"")))
        conn.endheaders(body)
        conn.getresponse().read()
    assert [(heard.body, heard.status) for heard in tapped.heard] == [(b"abcd", 200), (None, 200)]


def test_an_unfinished_request_is_heard_when_its_answer_is_awaited(tapped: FakeTraffic) -> None:
    """The body of an unfinished request is unknown, and its answer times out at once."""
    conn = _connection()
    conn.putrequest("POST", PATH)
    conn.putheader("Content-Length", "9")
    conn.endheaders()
    conn.send(io.BytesIO(b"abc"))
    with pytest.raises(TimeoutError):
        conn.getresponse()
    assert (tapped.only.body, tapped.only.body_known, tapped.only.raised) == (None, False, "TimeoutError")


def test_calls_out_of_order_raise_the_librarys_errors(tapped: FakeTraffic) -> None:
    """Calls in the wrong order raise the library's own errors, and are not heard."""
    with pytest.raises(http.client.CannotSendHeader):
        _connection().endheaders()
    with pytest.raises(http.client.ResponseNotReady):
        _connection().getresponse()
    assert tapped.heard == []


def test_odd_targets_are_the_librarys_to_refuse(tapped: FakeTraffic) -> None:
    """An odd target raises the library's own error; an empty one is `/`. A method of bytes is heard as text."""
    with pytest.raises(TypeError, match="cannot use a string pattern"):
        _connection().request("GET", b"/x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot use a string pattern"):
        _connection().request(b"GET", "/x")  # type: ignore[arg-type]
    _connection().request("GET", None)  # type: ignore[arg-type]
    _connection().request("GET", "")
    assert [heard.url for heard in tapped.heard][2:] == ["https://track.customer.io/"] * 2
    assert [heard.method for heard in tapped.heard] == ["GET"] * 4


def test_a_tunnel_ends_in_memory(tapped: FakeTraffic) -> None:
    """A request through a tunnel is answered without the proxy."""
    conn = HTTPSConnection("proxy.example", 3128)
    conn.set_tunnel("track.customer.io", 443)
    conn.request("GET", PATH)
    assert conn.getresponse().status == 200
    assert (tapped.only.url, tapped.attempts[0].url) == (TRACK, TRACK)


def test_a_forwarding_proxy_is_left_for_this_one_request(tapped: FakeTraffic, listener: Listener) -> None:
    """One request is answered without the proxy; the next one, to another host, goes through the proxy."""
    url = "http://track.customer.io" + PATH
    conn = HTTPConnection("127.0.0.1", listener.port)
    for other in ("http://example.org/x", "http://a.example/"):
        for target, text in ((url, b"{}"), (other, b"server!")):
            conn.request("GET", target)
            assert conn.getresponse().read() == text
    conn.close()
    assert [heard.url for heard in tapped.heard] == [url, url]
    assert listener.hits == ["GET http://example.org/x ", "GET http://a.example/ "]


def test_steps_through_a_forwarding_proxy_that_is_connected(tapped: FakeTraffic, listener: Listener) -> None:
    """A request that is put together step by step leaves the open connection to the proxy."""
    url = "http://track.customer.io" + PATH
    conn = HTTPConnection("127.0.0.1", listener.port)
    conn.connect()
    conn.putrequest("GET", url)
    conn.endheaders()
    assert conn.getresponse().read() == b"{}"
    conn.close()
    assert ([heard.url for heard in tapped.heard], listener.hits) == ([url], [])


def test_other_hosts_run_their_own_code(tapped: FakeTraffic, listener: Listener) -> None:
    """Requests to other hosts are neither heard nor answered, even when sent step by step."""
    conn = HTTPConnection("127.0.0.1", listener.port)
    conn.putrequest("POST", "/x")
    conn.putheader("Content-Length", "1")
    conn.endheaders()
    conn.send(b"1")
    assert conn.getresponse().read() == b"server!"
    conn.close()
    assert (tapped.heard, listener.hits) == ([], ["POST /x 1"])


def test_a_plain_connection_and_an_odd_port(tapped: FakeTraffic) -> None:
    """A connection without TLS, and an unusual port, stand in the URL that is heard."""
    HTTPConnection("track.customer.io").request("GET", "/x")
    HTTPSConnection("TRACK.customer.io", 8443).request("GET", "/x")
    assert [heard.url for heard in tapped.heard] == ["http://track.customer.io/x", "https://TRACK.customer.io:8443/x"]


def test_a_socket_of_a_users_mock_stays(tapped: FakeTraffic) -> None:
    """A mock of the user's that makes the socket answers, and the request is heard."""
    fake = mock.Mock(**{"makefile.return_value": io.BytesIO(b"HTTP/1.1 418 Tea\r\nContent-Length: 0\r\n\r\n")})
    with mock.patch("socket.create_connection", return_value=fake):
        conn = HTTPConnection("track.customer.io")
        conn.request("GET", PATH)
    assert conn.getresponse().status == 418
    proxied = HTTPConnection("proxy.example")
    proxied.sock = mock.Mock(**{"makefile.return_value": io.BytesIO(b"HTTP/1.1 418 Tea\r\nContent-Length: 0\r\n\r\n")})
    proxied.request("GET", "http://track.customer.io/x")
    assert proxied.getresponse().status == 418
    assert ([heard.status for heard in tapped.heard], tapped.attempts) == ([418, 418], [])


CASSETTE = f"""\
interactions:
- request: {{method: POST, uri: "{TRACK}", body: "", headers: {{}}}}
  response: {{status: {{code: 418, message: Recorded}}, headers: {{}}, body: {{string: tea}}}}
version: 1
"""


def test_a_cassette_of_the_users_answers(tapped: FakeTraffic, tmp_path: Path) -> None:
    """A request that a cassette answers is heard once."""
    (tmp_path / "c.yaml").write_text(CASSETTE)
    with vcr.use_cassette(str(tmp_path / "c.yaml"), record_mode="none", allow_playback_repeats=True):
        for body in (b"{}", io.BytesIO(b"{}"), iter([b"{", b"}"])):
            conn = http.client.HTTPSConnection("track.customer.io")
            conn.request("POST", PATH, body, {"X-A": "1"})
            response = conn.getresponse()
            assert (response.status, response.read()) == (418, b"tea")
        with pytest.raises(AttributeError):
            http.client.HTTPSConnection("track.customer.io").getresponse()
    assert [(heard.body, heard.status, heard.headers["x-a"]) for heard in tapped.heard] == [(b"{}", 418, "1")] * 3
    assert tapped.attempts == []


def test_installed_while_a_cassette_is_active(traffic: FakeTraffic, tmp_path: Path) -> None:
    """The real classes are patched, and not those of the cassette."""
    from pytest_customerio.clients import registry

    (tmp_path / "c.yaml").write_text(CASSETTE)
    with vcr.use_cassette(str(tmp_path / "c.yaml"), record_mode="none"):
        uninstall = registry.install(traffic)
    try:
        conn = HTTPSConnection("track.customer.io")
        conn.request("GET", PATH)
        assert conn.getresponse().read() == b"{}"
    finally:
        uninstall()
    assert len(traffic.heard) == 1


def test_what_a_cassette_would_record_is_refused(tapped: FakeTraffic, tmp_path: Path, listener: Listener) -> None:
    """A request that a cassette would record is refused; nothing is answered, sent or written."""
    tapped.hosts = {("127.0.0.1", listener.port)}
    with vcr.use_cassette(str(tmp_path / "new.yaml"), record_mode="once"):
        conn = http.client.HTTPConnection("127.0.0.1", listener.port)
        conn.request("POST", "/x", b"1")
        with pytest.raises(RefusedError):
            conn.getresponse()
        conn.close()
    assert (len(tapped.heard), tapped.attempts, listener.hits) == (1, [], [])
    assert not (tmp_path / "new.yaml").exists()


@pytest.mark.parametrize("stepwise", [False, True])
def test_a_connection_that_was_open_before_is_not_used(
    tapped: FakeTraffic, listener: Listener, *, stepwise: bool
) -> None:
    """A connection is open from before its host was Customer.io's: from then on our answer comes, on one of ours."""
    conn = http.client.HTTPConnection("127.0.0.1", listener.port)
    conn.request("POST", "/x", b"1")
    assert conn.getresponse().read() == b"server!"
    tapped.hosts = {("127.0.0.1", listener.port)}
    if stepwise:
        conn.putrequest("POST", "/x")
        conn.endheaders()
    else:
        conn.request("POST", "/x", b"2")
    assert conn.getresponse().read() == b"{}"
    conn.close()
    assert listener.hits == ["POST /x 1"]
