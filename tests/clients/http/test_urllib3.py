"""urllib3 without requests is heard at managers and at pools."""

from __future__ import annotations

import io
import socket
import sys
from collections.abc import Iterator
from http.client import InvalidURL
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from tapping import TRACK, FakeTraffic, Listener
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.util.timeout import Timeout

from pytest_customerio.clients.http.urllib3_answers import limits_of
from pytest_customerio.clients.http.urllib3_written import _Written
from pytest_customerio.core.model import Answer

PATH = "/api/v1/customers/42/events"


def _pool(**kwargs: object) -> urllib3.HTTPSConnectionPool:
    return urllib3.HTTPSConnectionPool("track.customer.io", **kwargs)  # type: ignore[arg-type]


def test_a_manager_is_heard_once(tapped: FakeTraffic) -> None:
    """A request of a manager is not heard again at the pool beneath it."""
    tapped.answers["*"] = [Answer(200, "Fine", (("X-A", "1"), ("X-A", "2")), b'{"a": 1}')]
    manager = urllib3.PoolManager(headers={"X-Mine": "1"})
    response = manager.request("POST", TRACK, body="täxt", timeout=3)
    assert (response.status, response.reason, response.json()) == (200, "Fine", {"a": 1})
    assert (response.headers["x-a"], response.version, response.version_string) == ("1, 2", 11, "HTTP/1.1")
    heard = tapped.only
    assert (heard.client, heard.method, heard.url, heard.status) == ("urllib3", "POST", TRACK, 200)
    assert (heard.body, heard.headers, heard.timeout_set) == ("täxt".encode(), {"x-mine": "1"}, True)
    assert heard.sent_from is not None
    assert heard.sent_from.endswith(" in test_a_manager_is_heard_once")


def test_a_pool_is_heard(tapped: FakeTraffic) -> None:
    """A pool is heard with the whole URL, and with its own headers where the call has none."""
    pool = _pool(headers={"Authorization": "Bearer key"}, port=8443)
    pool.urlopen("PUT", PATH, b"{}")
    pool.urlopen("PUT", PATH, b"{}", {b"X-Bytes": b"\xe9"})  # type: ignore[dict-item]
    first, second = tapped.heard
    assert (first.method, first.url) == ("PUT", "https://track.customer.io:8443" + PATH)
    assert (first.headers, first.timeout_set) == ({"authorization": "Bearer key"}, False)
    assert second.headers == {"x-bytes": "é"}


@pytest.mark.parametrize(
    ("timeout", "known"),
    [(3, True), (urllib3.Timeout(total=2), True), (urllib3.Timeout(connect=2), False), (None, False)],
)
def test_timeouts_are_heard(tapped: FakeTraffic, timeout: urllib3.Timeout | float | None, known: bool) -> None:
    """Timeouts of the request, the pool and the manager count."""
    urllib3.PoolManager().request("GET", TRACK, timeout=timeout)
    urllib3.PoolManager(timeout=timeout).request("GET", TRACK)  # type: ignore[arg-type]
    _pool(timeout=timeout).urlopen("GET", PATH)
    _pool().urlopen("GET", PATH, None, None, None, True, True, timeout)
    assert [heard.timeout_set for heard in tapped.heard] == [known] * 4


def test_a_mock_of_sockets_makes_tls(tapped: FakeTraffic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a mock such as mocket replaces the function that makes TLS, settings for TLS are not checked with it."""
    monkeypatch.setattr("urllib3.util.ssl_.ssl_wrap_socket", lambda *_, **__: None)
    assert _pool(ca_certs=str(tmp_path / "none.pem"), retries=False).urlopen("GET", PATH).status == 200
    monkeypatch.undo()
    with pytest.raises(urllib3.exceptions.SSLError):
        _pool(ca_certs=str(tmp_path / "none.pem"), retries=False).urlopen("GET", PATH)


def test_the_systems_default_timeout_counts(tapped: FakeTraffic) -> None:
    """The default timeout of `socket` counts as a timeout."""
    socket.setdefaulttimeout(5)
    try:
        _pool().urlopen("GET", PATH)
    finally:
        socket.setdefaulttimeout(None)
    assert tapped.only.timeout_set is True


def test_every_kind_of_body(tapped: FakeTraffic) -> None:
    """Each kind of body is heard as it is sent."""

    def chunks() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    pipe = io.BufferedReader(_Unseekable(b"pipe"))
    for body in (chunks(), [b"c", "d"], io.BytesIO(b"e"), io.StringIO("f"), pipe, bytearray(b"g"), None):
        _pool().urlopen("POST", PATH, body)  # type: ignore[arg-type]
    assert [heard.body for heard in tapped.heard] == [b"ab", b"cd", b"e", b"f", b"pipe", b"g", None]
    assert [sent.body for sent in tapped.attempts] == [b"ab", b"cd", b"e", b"f", b"pipe", b"g", b""]


class _Unseekable(io.RawIOBase):
    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        return self.data.readinto(buffer)


def test_a_file_is_rewound_for_a_retry(tapped: FakeTraffic) -> None:
    """urllib3 rewinds a file for a retry: each attempt carries all of it."""
    tapped.answers["*"] = [Answer(503), Answer(200)]
    retries = urllib3.Retry(2, status_forcelist=[503], allowed_methods=None, backoff_factor=0)
    _pool(retries=retries).urlopen("POST", PATH, io.BytesIO(b"all of it"))
    assert [sent.body for sent in tapped.attempts] == [b"all of it"] * 2
    assert tapped.only.body == b"all of it"


def test_retry_after_is_obeyed(tapped: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """urllib3 sleeps for as long as Retry-After says."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    tapped.answers["*"] = [Answer(429, "", (("Retry-After", "7"),), b""), Answer(200, "", (), b"x")]
    assert _pool().urlopen("PUT", PATH).data == b"x"
    assert slept == [7]


def test_a_blocking_pool_of_one(tapped: FakeTraffic) -> None:
    """Streamed, drained, released or read in pieces: the only connection of a blocking pool becomes free again."""
    tapped.answers["*"] = [Answer(200, "", (), b"0123456789")]
    pool = _pool(maxsize=1, block=True)
    for _ in range(2):
        streamed = pool.urlopen("GET", PATH, preload_content=False, pool_timeout=1)
        assert streamed.read(4) == b"0123"
        assert (streamed.closed, streamed.isclosed()) == (False, False)
        assert streamed.read() == b"456789"
        pool.urlopen("GET", PATH, preload_content=False, pool_timeout=1).drain_conn()
        pool.urlopen("GET", PATH, preload_content=False, pool_timeout=1).release_conn()
        assert b"".join(pool.urlopen("GET", PATH, preload_content=False, pool_timeout=1).stream(3)) == b"0123456789"
        for amount in () if not hasattr(urllib3.HTTPResponse, "read1") else ((), (20,)):
            pool.urlopen("GET", PATH, preload_content=False, pool_timeout=1).read1(*amount)
    assert pool.pool is not None
    assert pool.pool.qsize() == 1
    assert pool.num_requests >= 8


def test_what_lies_in_the_pool_is_urllib3s_own(tapped: FakeTraffic) -> None:
    """The connections of the pool are urllib3's own, and are not connected."""
    pool = _pool()
    pool.urlopen("GET", PATH)
    assert pool.pool is not None
    conn = pool.pool.get()
    assert type(conn) is urllib3.connection.HTTPSConnection
    assert conn.sock is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("connection-reset", ProtocolError), ("read-timeout", ReadTimeoutError), ("unheard-of", ProtocolError)],
)
def test_faults_pass_through_the_retry_engine(tapped: FakeTraffic, fault: str, reason: type) -> None:
    """urllib3's Retry recovers from one fault, and gives up on another."""
    tapped.answers["*"] = [Answer(fault=fault), Answer(200, "", (), b"ok")]
    assert _pool(retries=1).urlopen("GET", PATH).data == b"ok"
    tapped.answers["*"] = [Answer(fault=fault)]
    with pytest.raises(MaxRetryError) as caught:
        _pool(retries=1).urlopen("GET", PATH)
    assert isinstance(caught.value.reason, reason)
    assert [heard.attempts for heard in tapped.heard] == [2, 2]
    assert [heard.raised for heard in tapped.heard] == [None, "MaxRetryError"]


def test_a_body_shorter_than_it_says(tapped: FakeTraffic) -> None:
    """A body that is shorter than its Content-Length raises urllib3's own error."""
    tapped.answers["*"] = [Answer(200, "", (("Content-Length", "9"),), b"short")]
    with pytest.raises(ProtocolError, match="IncompleteRead"):
        _pool(retries=False).urlopen("GET", PATH)


def test_a_short_body_with_urllib3_future(tapped: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """urllib3-future translates no error of `http.client`, so it gets one of its own kind, which its retries know."""
    monkeypatch.setattr(urllib3, "AsyncPoolManager", object, raising=False)
    tapped.answers["*"] = [Answer(200, "", (("Content-Length", "9"),), b"short")]
    with pytest.raises(ProtocolError) as caught:
        _pool(retries=False).urlopen("GET", PATH)
    assert isinstance(caught.value.args[1], urllib3.exceptions.IncompleteRead)
    assert str(caught.value.args[1]) == "IncompleteRead(5 bytes read, 4 more expected)"


def test_what_urllib3_future_asks_a_socket() -> None:
    """Its type, and options of the connection: what stands in the place of a socket knows both."""
    sock = _Written(secure=True)
    assert (sock.type, sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) == (socket.SOCK_STREAM, 0)


def test_what_cannot_be_sent_raises_urllib3s_error(tapped: FakeTraffic) -> None:
    """A number in a body, or text that cannot be encoded, raises urllib3's own error."""
    with pytest.raises(TypeError, match=r"object of type 'int' has no len\(\)"):
        _pool().urlopen("POST", PATH, iter([1]))  # type: ignore[arg-type]
    with pytest.raises(UnicodeEncodeError):
        _pool().urlopen("POST", PATH, "\ud800")
    assert [heard.raised for heard in tapped.heard] == ["TypeError", "UnicodeEncodeError"]
    assert [heard.body_known for heard in tapped.heard] == [False, True]


def test_the_order_of_errors_is_urllib3s(tapped: FakeTraffic) -> None:
    """The head is refused before the body is encoded; without TLS, the limit is refused before the body is read."""
    pool = _pool()
    with pytest.raises(ValueError, match="Method cannot contain"):
        pool.urlopen("GÉT", PATH, "\ud800")
    plain = urllib3.HTTPConnectionPool("track.customer.io")
    with pytest.raises(OverflowError):
        plain.urlopen("POST", PATH, iter([1]), timeout=10**12)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="^a bytes-like object is required"):
        plain.urlopen("POST", PATH, [("a", "b")], {"Content-Length": "0"})  # type: ignore[arg-type]


def test_forwarding_and_tunnelling_proxies(tapped: FakeTraffic) -> None:
    """Through proxies, requests to Customer.io are answered, and those to other hosts are not."""
    proxy = urllib3.ProxyManager("http://proxy.example:3128")
    for url in (TRACK, TRACK.replace("https", "http")):
        assert proxy.request("GET", url).status == 200
    assert [sent.url for sent in tapped.attempts] == [TRACK, TRACK.replace("https", "http")]
    assert len(tapped.heard) == 2


def test_other_hosts_run_their_own_code(tapped: FakeTraffic, listener: Listener) -> None:
    """Requests to other hosts run their own code, unless the project declares them as base URLs."""
    assert urllib3.request("POST", listener.url + "/x", body=b"1").data == b"server!"
    assert tapped.heard == []
    tapped.hosts = {("127.0.0.1", listener.port)}
    assert urllib3.request("POST", listener.url + "/x", body=b"1").data == b"{}"
    assert urllib3.HTTPConnectionPool("127.0.0.1", listener.port).urlopen("GET", "/y").data == b"{}"
    assert [heard.url for heard in tapped.heard] == [listener.url + "/x", listener.url + "/y"]
    assert listener.hits == ["POST /x 1"]


def test_a_real_tunnel_is_still_prepared(tapped: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tunnel to another host is prepared by urllib3."""
    asked: list[object] = []
    monkeypatch.setattr(urllib3.connection.HTTPSConnection, "set_tunnel", lambda *_, **kwargs: asked.append(kwargs))
    monkeypatch.setattr(urllib3.connection.HTTPSConnection, "connect", lambda _: None)
    pool = urllib3.ProxyManager("http://proxy.example:3128").connection_from_url("https://example.org/")
    pool._prepare_proxy(pool._new_conn())  # type: ignore[arg-type]
    assert asked


def test_a_mock_of_sockets_goes_first(tapped: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """While mocket has replaced sockets, urllib3 asks the mock, and not us."""

    class FakeSocket(socket.socket):
        pass

    monkeypatch.setitem(sys.modules, "mocket.socket", SimpleNamespace(MocketSocket=FakeSocket))

    def connect(*_: object, **__: object) -> None:
        raise LookupError("the mock was asked")

    monkeypatch.setattr(socket, "socket", FakeSocket)
    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    with pytest.raises(LookupError):
        _pool().urlopen("GET", PATH)
    assert (tapped.only.raised, tapped.attempts) == ("LookupError", [])


ODD_HEADS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "method": ("P ST", "/x", {}, "contain non-token characters|can't contain control characters"),
    "target": ("POST", "/x y", {}, "URL can't contain control characters"),
    "value": ("POST", "/x", {"X-Odd": "a\r\nX: y"}, "Invalid header value"),
    "name": ("POST", "/x", {"X:Odd": "a"}, "Invalid header name"),
    "no name": ("POST", "/x", {"": "a"}, "Invalid header name"),
    "none": ("POST", "/x", {"X-Odd": None}, "bytes-like object"),
}


@pytest.mark.parametrize("case", ODD_HEADS)
def test_a_head_that_cannot_be_sent_is_refused_by_the_client(tapped: FakeTraffic, case: str) -> None:
    """The client raises its own error, and no answer is asked for."""
    method, target, headers, words = ODD_HEADS[case]
    pool = urllib3.HTTPSConnectionPool("track.customer.io")
    with pytest.raises((ValueError, TypeError, InvalidURL), match=words):
        pool._make_request(pool._get_conn(), method, target, headers=headers)
    assert tapped.attempts == []


def test_an_odd_head_that_can_be_sent_is_answered(tapped: FakeTraffic) -> None:
    """Letters beyond ASCII, numbers, and the word None in headers are answered."""
    headers = {"X-Latin": "é", "X-Number": 5, "X-Word": "None"}
    assert urllib3.PoolManager().request("POST", TRACK, headers=headers).status == 200
    assert urllib3.PoolManager().request("BREW", TRACK).status == 200


@pytest.mark.parametrize("given", [Timeout.DEFAULT_TIMEOUT, None, 3, Timeout(connect=1, read=2)], ids=str)
def test_limits_are_those_of_the_pool(given: Any) -> None:
    """What we make of a timeout without the private `_get_timeout` is what the pool makes of it."""
    with urllib3.HTTPConnectionPool("localhost", timeout=Timeout(total=7)) as pool:
        own, ours = pool._get_timeout(given), limits_of(pool, given)
    assert (ours.total, ours.connect_timeout, own.total) == (own.total, own.connect_timeout, ours.total)
    assert ours is not given


def test_a_connection_that_writes_itself(tapped: FakeTraffic) -> None:
    """A connection class of the application's that adds a header in `request` writes each request; its errors are
    raised, and the connection can be used again."""
    written: list[str] = []

    class Signing(urllib3.connection.HTTPSConnection):
        def request(self, method: str, url: str, body: Any = None, headers: Any = None, **more: Any) -> None:
            written.append(method)
            if body == b"no":
                raise LookupError
            super().request(method, url, body=body, headers={**(headers or {}), "X-Sign": "7"}, **more)

    class Pool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Signing

    with Pool("track.customer.io") as pool:
        with pytest.raises(LookupError):
            pool.request("POST", "/api/v1/customers/1/events", body=b"no")
        for body in (b"{}", iter([b"{", b"}"])):
            assert pool.request("POST", "/api/v1/customers/1/events", body=body).status == 200
    assert written == ["POST"] * 3
    assert [(one.headers["x-sign"], one.body) for one in tapped.attempts] == [("7", b"{}")] * 2
    assert [one.headers.get("x-sign") for one in tapped.heard] == [None, "7", "7"]


def test_a_connection_that_writes_itself_without_tls(tapped: FakeTraffic) -> None:
    """It connects before it writes."""

    class Signing(urllib3.connection.HTTPConnection):
        def request(self, *args: Any, **more: Any) -> None:
            super().request(*args, **more)

    class Pool(urllib3.HTTPConnectionPool):
        ConnectionCls = Signing

    with Pool("track.customer.io", source_address=("198.51.100.7", 0)) as pool, pytest.raises(NewConnectionError):
        pool.request("POST", "/a", body=b"{}", retries=False)
    assert tapped.attempts == []
