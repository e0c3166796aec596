"""The standard library's `http.client`, and `urllib.request` above it: heard where it sends, answered in memory."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from http.client import HTTPS_PORT
from typing import Any

from pytest_customerio.clients.bypass.leading import bypass, lead, unread
from pytest_customerio.clients.hearing import begin, note_status, send_heard
from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.traffic import Hearing, Traffic
from pytest_customerio.clients.transport.http1 import RequestParser, read_headers
from pytest_customerio.clients.transport.memory import MemorySocket, connected, socket_is_mocked
from pytest_customerio.clients.transport.sockets import check_connecting, check_context
from pytest_customerio.clients.transport.wire import destination, origin
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import is_mock

# The attributes of a connection between its sending and its answer.
_UNANSWERED = "_cio_unanswered"
_UNFINISHED = "_cio_unfinished"


def _real(cls: Any) -> Any:
    """The class itself; while a vcrpy cassette is active, a class of vcrpy's stands in its place."""
    return getattr(cls, "_baseclass", cls)


def _part(path: str) -> Part:
    why, without = "requests through the standard library", "such requests are not heard; the guard refuses them"
    return Part(PYTHON, "http.client", path, why, without, owner=_real)


REQUEST, END_HEADERS, SEND, GET_RESPONSE, CONNECT = (
    _part(f"HTTPConnection.{name}") for name in ("request", "endheaders", "send", "getresponse", "connect")
)
CONNECT_TLS = _part("HTTPSConnection.connect")
PARTS = (REQUEST, END_HEADERS, SEND, GET_RESPONSE, CONNECT, CONNECT_TLS)


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear and answer every connection; urllib3's classes override `request` and `connect`, and stay as they are."""
    patches.patch(REQUEST, lambda original: _request(traffic, original))
    patches.patch(END_HEADERS, lambda original: _endheaders(traffic, original))
    patches.patch(SEND, _send)
    patches.patch(GET_RESPONSE, lambda original: _getresponse(traffic, original))
    for part in (CONNECT, CONNECT_TLS):
        patches.patch(part, lambda original: answered_connect(traffic, original))


def _origin(conn: Any) -> str:
    """The server that answers requests of this connection, through a tunnel where there is one."""
    scheme = "https" if conn.default_port == HTTPS_PORT else "http"
    return origin(scheme, conn._tunnel_host or conn.host, conn._tunnel_port if conn._tunnel_host else conn.port)


def _is_absolute(target: Any) -> bool:
    return isinstance(target, str) and "://" in target[:8]


def concerned(traffic: Traffic, conn: Any, target: Any = None) -> bool:
    """Whether a request of this connection, for this target if it is known, goes to Customer.io."""
    if passes_through():
        return False
    if _is_absolute(target):
        return traffic.concerns(*destination(target))
    if conn._tunnel_host:
        return traffic.concerns(conn._tunnel_host, conn._tunnel_port)
    return traffic.concerns(conn.host, conn.port)


def _hear(traffic: Traffic, conn: Any, method: Any, target: Any) -> Hearing | None:
    hearing = begin(
        traffic, "http.client", method, target if _is_absolute(target) else _origin(conn) + str(target or "/")
    )
    if hearing is not None:
        limit = socket.getdefaulttimeout() if conn.timeout is _NO_TIMEOUT_GIVEN else conn.timeout
        hearing.interaction.timeout_set = limit is not None
        hearing.interaction.tls_verified = getattr(_context(conn), "verify_mode", None) is not ssl.CERT_NONE
    return hearing


_NO_TIMEOUT_GIVEN = socket._GLOBAL_DEFAULT_TIMEOUT  # type: ignore[attr-defined]


def _request(traffic: Traffic, original: Wrapper) -> Wrapper:
    def request(conn: Any, method: str, url: str, body: Any = None, headers: Any = {}, **options: Any) -> None:  # noqa: B006
        __tracebackhide__ = True
        hearing = _hear(traffic, conn, method, url) if concerned(traffic, conn, url) else None
        if hearing is None:
            original(conn, method, url, body, headers, **options)
            return
        _leave_network(conn)
        vars(conn)[_UNANSWERED] = hearing.interaction

        def send(body: Any) -> None:
            __tracebackhide__ = True
            if hearing.replayed and _is_users(conn):
                _led(conn, body, lambda body: original(conn, method, url, body, headers, **options))
            else:
                original(conn, method, url, body, headers, **options)

        send_heard(hearing, headers, body, send, encoding="latin-1")

    return request


def _led(conn: Any, body: Any, send: Callable[[Any], None]) -> None:
    """Lead past a mock of the socket: an error case is at work."""
    __tracebackhide__ = True

    def answer() -> None:
        __tracebackhide__ = True
        conn.close()
        send(unread(body))

    conn.close()
    lead(lambda: send(body), answer)


def _endheaders(traffic: Traffic, original: Wrapper) -> Wrapper:
    def endheaders(conn: Any, message_body: Any = None, **options: Any) -> None:
        __tracebackhide__ = True
        method, target, *_ = (*conn._buffer[0].decode("latin-1").split(" "), "", "") if conn._buffer else ("", "")
        if not method or not concerned(traffic, conn, target):
            original(conn, message_body, **options)
            return
        if _is_absolute(target) and _may_replace(conn.sock):
            if conn.sock is not None:
                conn.sock.close()
            conn.sock = connected(traffic, target, conn.timeout)
        _leave_network(conn)
        hearing = _hear(traffic, conn, method, target)
        if hearing is None:
            original(conn, message_body, **options)
            return
        _begin(conn, hearing, lambda body: original(conn, body, **options), message_body)

    return endheaders


def _leave_network(conn: Any) -> None:
    """Close the socket of a connection to Customer.io that was open before us; the next one is in memory."""
    if getattr(conn.sock, "family", None) in (socket.AF_INET, socket.AF_INET6) and not _is_users(conn):
        conn.sock.close()
        conn.sock = None


def _may_replace(sock: Any) -> bool:
    """Whether a connection to a proxy may be replaced by ours: it has no socket yet, or a real one, but no mock."""
    return sock is None or isinstance(sock, (socket.socket, MemorySocket))


def _begin(conn: Any, hearing: Hearing, send: Wrapper, body: Any) -> None:
    """Hear a request that is put together step by step: now if it is whole, else at the `send` that completes it."""
    __tracebackhide__ = True
    head = b"\r\n".join(conn._buffer) + b"\r\n\r\n"
    parser = RequestParser("")
    headers = read_headers(head.decode("latin-1").split("\r\n")[1:-2])
    vars(conn)[_UNANSWERED] = hearing.interaction
    if body is not None or parser.feed(head):
        send_heard(hearing, headers, body, send, encoding="latin-1")
        return
    hearing.interaction.headers = headers
    send(None)
    vars(conn)[_UNFINISHED] = (hearing, parser)


def _send(original: Wrapper) -> Wrapper:
    def send(conn: Any, data: Any) -> None:
        __tracebackhide__ = True
        unfinished = vars(conn).get(_UNFINISHED)
        if unfinished is None:
            original(conn, data)
            return
        hearing, parser = unfinished
        complete = parser.feed(data) if isinstance(data, (bytes, bytearray, memoryview)) else ()
        if not complete:
            original(conn, data)
            return
        del vars(conn)[_UNFINISHED]
        send_heard(hearing, hearing.interaction.headers, complete[0].body, lambda _: original(conn, data))

    return send


def _getresponse(traffic: Traffic, original: Wrapper) -> Wrapper:
    def getresponse(conn: Any) -> Any:
        __tracebackhide__ = True
        interaction: PendingInteraction | None = vars(conn).pop(_UNANSWERED, None)
        unfinished = vars(conn).pop(_UNFINISHED, None)
        if unfinished is not None:
            unfinished[0].interaction.body_known = False
            with unfinished[0]:
                pass
        try:
            response = original(conn)
        except BaseException as error:
            if interaction is not None:
                interaction.raised = type(error).__name__
            raise
        if isinstance(conn.sock, MemorySocket) and not concerned(traffic, conn, ""):
            conn.sock = None  # the connection is the proxy's again for the next request
        if interaction is not None:
            note_status(interaction, response, "status")
        return response

    return getresponse


def answered_connect(traffic: Traffic, original: Wrapper) -> Wrapper:
    """A `connect` of a connection that leads to Customer.io in memory."""

    def connect(conn: Any) -> None:
        __tracebackhide__ = True
        led = bypass.get()
        if not concerned(traffic, conn, "") or ((led is None or led.answering) and _is_users(conn)):
            original(conn)
        else:
            limit = None if conn.timeout is _NO_TIMEOUT_GIVEN else conn.timeout
            check_connecting(limit, conn.source_address)
            if (context := _context(conn)) is not None:
                check_context(context, conn._tunnel_host or conn.host)
            conn.sock = connected(traffic, _origin(conn), limit)

    return connect


def _context(conn: Any) -> Any:
    """The TLS context of a connection; None where it speaks no TLS. `_context` is private in CPython 3.11 to 3.14."""
    return getattr(conn, "_context", None)


def _is_users(conn: Any) -> bool:
    """Whether a mock of the user's makes this connection's socket."""
    return socket_is_mocked() or is_mock(conn._create_connection)
