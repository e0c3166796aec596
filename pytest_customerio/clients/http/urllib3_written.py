"""The body of a request as urllib3 writes it, and the errors that it raises for a request that cannot be written."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Any

from pytest_customerio.clients.transport.bodies import LIMIT
from pytest_customerio.clients.transport.http1 import RequestParser
from pytest_customerio.clients.transport.sockets import check_data

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
    parser = RequestParser("")
    requests = parser.feed(sock.data)
    if not requests and parser.unfinished and len(sock.data) < LIMIT:
        return None
    return requests[0].body if requests else bytes(sock.data).partition(b"\r\n\r\n")[2]


class _Written:
    """In the place of a socket: remembers what is sent, up to the size that no service accepts."""

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
