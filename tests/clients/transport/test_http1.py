"""HTTP/1.1 requests are read from bytes, and answers are written as bytes."""

from __future__ import annotations

import http.client
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.clients.transport.http1 import CONTINUE, RequestParser, serialize
from pytest_customerio.core.model import Answer, WireRequest

ORIGIN = "https://track.customer.io"


def _read(raw: bytes, method: str = "GET") -> http.client.HTTPResponse:
    class Sock:
        def makefile(self, mode: str) -> io.BytesIO:
            return io.BytesIO(raw)

    response = http.client.HTTPResponse(Sock(), method=method)
    response.begin()
    return response


def test_a_request_with_a_length_is_whole_when_its_last_byte_arrives() -> None:
    """Nothing comes out before the body is complete; then all of it does."""
    parser = RequestParser(ORIGIN)
    assert parser.feed(b"POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab") == []
    assert parser.feed(b"cd") == [
        WireRequest("POST", ORIGIN + "/api/v1/customers", {"host": "x", "content-length": "4"}, b"abcd")
    ]


@given(body=st.binary(max_size=300), cut=st.integers(1, 50), chunk=st.integers(1, 50), chunked=st.booleans())
def test_any_cut_of_the_bytes_gives_the_same_requests(body: bytes, cut: int, chunk: int, chunked: bool) -> None:
    """How a client slices its writes makes no difference, with a length or in chunks, two requests in a row."""
    if chunked:
        pieces = [body[i : i + chunk] for i in range(0, len(body), chunk)]
        framed = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nTrailer: x\r\n\r\n"
        head = b"PUT /a%20b?c=d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    else:
        framed, head = body, b"PUT /a%%20b?c=d HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    raw = (head + framed) * 2
    parser = RequestParser(ORIGIN)
    got = [request for i in range(0, len(raw), cut) for request in parser.feed(raw[i : i + cut])]
    assert [(r.method, r.url, r.body) for r in got] == [("PUT", ORIGIN + "/a%20b?c=d", body)] * 2


def test_absolute_targets_and_tunnels_keep_their_target() -> None:
    """A request to a proxy, and a CONNECT, keep the target that they name."""
    parser = RequestParser("http://proxy:3128")
    (absolute, tunnel) = parser.feed(
        b"GET http://track.customer.io/x HTTP/1.1\r\n\r\nCONNECT track.customer.io:443 HTTP/1.1\r\n\r\n"
    )
    assert absolute.url == "http://track.customer.io/x"
    assert (tunnel.method, tunnel.url) == ("CONNECT", "track.customer.io:443")


def test_repeated_headers_are_joined() -> None:
    """The values of a repeated header are joined with commas."""
    (request,) = RequestParser(ORIGIN).feed(b"GET / HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\n\r\n")
    assert request.headers == {"x-a": "1, 2"}


def test_chunks_may_arrive_in_pieces() -> None:
    """A chunk or a trailer that is not whole yet is waited for; a size that is no number counts as the end."""
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    parser = RequestParser(ORIGIN)
    for piece in (head, b"4", b"\r\nab", b"cd\r\n", b"0\r\nTrailer: x"):
        assert parser.feed(piece) == []
    assert [request.body for request in parser.feed(b"\r\n\r\n")] == [b"abcd"]
    assert [request.body for request in RequestParser(ORIGIN).feed(head + b"many\r\n\r\n")] == [b""]


def test_a_client_may_wait_for_continue() -> None:
    """`Expect` in the head is seen until the body has arrived."""
    parser = RequestParser(ORIGIN)
    assert not parser.expects_continue
    assert parser.feed(b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n") == []
    assert parser.expects_continue
    assert [request.body for request in parser.feed(b"x")] == [b"x"]
    assert not parser.expects_continue
    assert CONTINUE.startswith(b"HTTP/1.1 100 ")


@given(raw=st.binary(max_size=200))
def test_nonsense_never_raises(raw: bytes) -> None:
    """Whatever bytes arrive, the parser raises nothing."""
    RequestParser(ORIGIN).feed(raw + b"\r\n\r\n")
    RequestParser(ORIGIN).feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + raw + b"\r\n\r\n")


def test_an_unreadable_length_counts_as_none() -> None:
    """A Content-Length that is no number means no body, so that nothing waits for ever."""
    for length in (b"many", b"-1", b"1" * 5000):
        (request,) = RequestParser(ORIGIN).feed(b"POST / HTTP/1.1\r\nContent-Length: %b\r\n\r\n" % length)
        assert request.body == b""


@pytest.mark.parametrize("status", [200, 207, 301, 400, 404, 429, 500, 599])
def test_a_serialized_answer_is_read_back_by_the_standard_library(status: int) -> None:
    """Status, reason, headers and body are read back as they were."""
    answer = Answer(status, "Because", (("X-A", "1"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")), b'{"meta":{}}')
    response = _read(serialize(answer))
    assert (response.status, response.reason, response.read()) == (status, "Because", answer.body)
    assert response.headers.get_all("Set-Cookie") == ["a=b", "c=d"]
    assert response.getheader("Content-Length") == "11"


def test_recorded_framing_is_replaced_by_a_length() -> None:
    """A chunked answer of a cassette is written with a Content-Length, because its body is whole."""
    answer = Answer(200, "", (("Transfer-Encoding", "chunked"), ("Content-Length", "99")), b"{}")
    response = _read(serialize(answer))
    assert (response.reason, response.read(), response.headers.items()) == ("OK", b"{}", [("Content-Length", "2")])


def test_a_length_of_its_own_is_written() -> None:
    """A Content-Length that promises more than the body is written, so that the client notices."""
    response = _read(serialize(Answer(200, "OK", (("Content-Length", "10"),), b"short")))
    with pytest.raises(http.client.IncompleteRead):
        response.read()


@pytest.mark.parametrize(("status", "method"), [(204, "POST"), (304, "GET"), (200, "HEAD")])
def test_where_no_body_may_follow_none_does(status: int, method: str) -> None:
    """After a 204, a 304 or a HEAD no body is written, so that the next answer begins in the right place."""
    raw = serialize(Answer(status, "", (), b"body"), method)
    assert raw.endswith(b"\r\n\r\n")
    assert _read(raw, method).read() == b""


def test_odd_text_cannot_break_the_head() -> None:
    """A line break in a value starts no new header, and an unknown status has no reason."""
    raw = serialize(Answer(799, "", (("X-A", "1\r\nX-B: 2"), ("X-C", "\u2603")), b""))
    assert raw.startswith(b"HTTP/1.1 799 \r\nX-A: 1 X-B: 2\r\nX-C: ?\r\n")
