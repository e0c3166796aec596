"""The body of a request as urllib3 writes it, and the errors that it raises for a request that cannot be written."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from socket import SOCK_STREAM
from typing import Any

from pytest_customerio.clients.transport.bodies import LIMIT
from pytest_customerio.clients.transport.http1 import RequestParser
from pytest_customerio.clients.transport.sockets import check_data

# The arguments of a connection's `request` among those of `_make_request` (urllib3 2.0 to 2.8).
_PARAMETERS = ("body", "headers", "chunked", "preload_content", "decode_content", "enforce_content_length")
_TOKENS = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def sent_body(
    method: Any, url: str, headers: dict[str, str], given: dict[str, Any], connect: Callable[[], None] | None = None
) -> bytes | None:
    """The body of a request; `headers` are the application's as text. Raises what urllib3 raises in sending it.

    `given` are the arguments of `_make_request`. `connect` is called where urllib3 connects: before the first byte is
    sent, except over TLS, where it has connected already. None where the headers promise more than is sent: a server
    waits for the rest, and never answers.
    """
    __tracebackhide__ = True
    body = given.get("body")
    if isinstance(body, str):
        body = _encoded(body)
    if (body is None or type(body) is bytes) and _is_usual(method, url, given.get("headers"), headers):
        body = body or b""
        if "transfer-encoding" not in headers and headers.get("content-length", str(len(body))) == str(len(body)):
            if connect is not None:
                connect()
            return body
    return _written(method, url, given, connect)


def _encoded(body: str) -> str | bytes:
    """The text as bytes; as it is where it cannot be: urllib3 looks at the method and the headers before that."""
    try:
        return body.encode()
    except UnicodeEncodeError:
        return body


def _is_usual(method: Any, url: str, own: Any, headers: dict[str, str]) -> bool:
    """Whether the head of this request holds only characters that every client sends as they are.

    `own` are the application's headers, `headers` the same as text.
    """
    return (
        isinstance(method, str)
        and (own is None or (bool(headers) and _is_text(own)))
        and _TOKENS.fullmatch("".join((method, *headers))) is not None
        and url != ""
        and " " not in url
        and _is_visible(url)
        and _is_visible("".join(headers.values()))
        and "" not in headers
    )


def _is_visible(text: str) -> bool:
    """Whether a text is of visible ASCII characters and spaces only; also if it is empty."""
    return text.isascii() and text.isprintable()


def _is_text(headers: Any) -> bool:
    """Whether all names and values are text; the headers of requests are read twice as fast by their lower names."""
    items = getattr(headers, "lower_items", headers.items)
    return {*map(type, chain.from_iterable(items()))} == {str}


def writes_itself(conn: Any) -> bool:
    """Whether the application has a class of connections of its own, with a `request` of its own."""
    from urllib3.connection import HTTPConnection

    return isinstance(conn, HTTPConnection) and type(conn).request is not HTTPConnection.request


def sent_by(
    conn: Any, method: Any, url: str, given: dict[str, Any], connect: Callable[[], None] | None
) -> tuple[dict[str, str], bytes | None]:
    """The headers and the body as such a connection writes them; the arguments are those of `sent_body`."""
    __tracebackhide__ = True
    if connect is not None:
        connect()
    sock = conn.sock = _Written(secure=connect is None)
    try:
        conn.request(method, url, **{name: given[name] for name in _PARAMETERS if name in given})
    finally:
        conn.sock = None
        # Private in CPython 3.11 to 3.14. Otherwise the connection refuses the next request.
        conn._HTTPConnection__state, conn._HTTPConnection__response = "Idle", None
    return _read(sock)


def _written(method: str, url: str, given: dict[str, Any], connect: Callable[[], None] | None) -> bytes | None:
    """Have urllib3 write the request, so that it raises its own error for one that cannot be sent; returns the body."""
    __tracebackhide__ = True
    from urllib3.connection import HTTPConnection

    conn: Any = HTTPConnection("localhost")
    sock = _Written(secure=connect is None)

    def opened() -> None:
        if connect is not None:
            connect()
        conn.sock = sock

    conn.connect = opened
    named = {name: given[name] for name in ("body", "headers", "chunked") if name in given}
    conn.request(method, url, **named)
    return _read(sock)[1]


def _read(sock: _Written) -> tuple[dict[str, str], bytes | None]:
    parser = RequestParser("")
    requests = parser.feed(sock.data)
    if requests:
        return dict(requests[0].headers), requests[0].body
    unfinished = parser.unfinished and len(sock.data) < LIMIT
    return {}, None if unfinished else bytes(sock.data).partition(b"\r\n\r\n")[2]


class _Written:
    """In the place of a socket: remembers what is sent, up to the size that no service accepts."""

    type = SOCK_STREAM  # urllib3-future asks

    def __init__(self, *, secure: bool) -> None:
        self.data = bytearray()
        self._secure = secure

    def sendall(self, data: Any) -> None:
        __tracebackhide__ = True
        check_data(data, secure=self._secure)
        if len(self.data) < LIMIT:
            self.data += data

    def settimeout(self, limit: Any) -> None: ...

    def setsockopt(self, *_: Any) -> None: ...

    def getsockopt(self, *_: Any) -> int:
        return 0
