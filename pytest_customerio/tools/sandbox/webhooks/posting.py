"""Posts one request to a webhook, within the time that Customer.io allows for it.

A socket is used in place of an HTTP client, so that the time is bounded as a whole: a client's timeout begins anew with
each byte. A redirect is not followed.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass

from pytest_customerio.core.webhook_signature import SignedWebhook
from pytest_customerio.tools.sandbox.webhooks.targets import Target, TargetError, addresses, parse_target

LONGEST_HEAD = 65_536
LONGEST_SHOWN = 2000
_PROBLEMS = {
    socket.gaierror: ("dns", "the name cannot be resolved"),
    ssl.SSLError: ("tls", "TLS failed"),
    ConnectionRefusedError: ("refused", "nothing listens there"),
}
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)")


@dataclass(frozen=True, slots=True)
class Result:
    """What a request drew: the status, or the problem where there was no answer. `answer` is the beginning of the body.

    `problem` is one of timeout, refused, reset, eof, dns, tls, malformed, not allowed; `text` describes it.
    """

    status: int | None = None
    problem: str = ""
    text: str = ""
    answer: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the application took the event."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, request: SignedWebhook, timeout: float, allowed: Collection[str] = ()) -> Result:
    """Post a request, and wait for its answer no longer than `timeout` seconds."""
    until = time.monotonic() + timeout
    try:
        target = parse_target(url)
        with contextlib.closing(_connect(target, addresses(target, allowed), until)) as connection:
            connection.settimeout(_left(until))
            connection.sendall(_written(target, request))
            return _answer(connection, until)
    except TargetError as error:
        return Result(problem="not allowed", text=str(error))
    except OSError as error:
        return _failed(error, timeout)


def _failed(error: OSError, timeout: float) -> Result:
    """The problem that an exception of a socket stands for."""
    if isinstance(error, TimeoutError):
        return Result(problem="timeout", text=f"no answer within {timeout:g} seconds")
    problem, text = next(
        (found for kind, found in _PROBLEMS.items() if isinstance(error, kind)), ("reset", "connection lost")
    )
    return Result(problem=problem, text=f"{text}: {getattr(error, 'reason', None) or error.strerror or error}")


def _left(until: float) -> float:
    """The seconds that are left. Raises `TimeoutError` if there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connect(target: Target, found: list[str], until: float) -> socket.socket:
    """A connection to the first address that accepts one."""
    failed: OSError = ConnectionRefusedError()
    for address in found:
        try:
            connection = socket.create_connection((address, target.port), _left(until))
        except OSError as error:
            failed = error
            continue
        if target.scheme == "http":
            return connection
        connection.settimeout(_left(until))
        with contextlib.ExitStack() as opened:
            opened.callback(connection.close)
            secured = ssl.create_default_context().wrap_socket(connection, server_hostname=target.host)
            opened.pop_all()
        return secured
    raise failed


def _written(target: Target, request: SignedWebhook) -> bytes:
    headers = {
        "Host": target.authority,
        "User-Agent": "pytest-customerio sandbox",
        "Content-Length": str(len(request.body)),
        "Connection": "close",
        **request.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + request.body


def _answer(connection: socket.socket, until: float) -> Result:
    """The status of the answer, and the beginning of its body."""
    read = b""
    while b"\r\n\r\n" not in read and len(read) < LONGEST_HEAD:
        connection.settimeout(_left(until))
        chunk = connection.recv(LONGEST_HEAD)
        if not chunk:
            break
        read += chunk
    if not read:
        return Result(problem="eof", text="the connection was closed without an answer")
    status = _STATUS.match(read)
    if status is None:
        return Result(problem="malformed", text="the answer is not HTTP")
    head, _, body = read.partition(b"\r\n\r\n")
    return Result(int(status[1]), answer=_text(connection, head, body))


def _text(connection: socket.socket, head: bytes, body: bytes) -> str:
    """The beginning of the body: as much of it as has come by now."""
    if b"content-length: 0" not in head.lower() and not body:
        connection.settimeout(0.05)
        with contextlib.suppress(OSError):
            body = connection.recv(LONGEST_SHOWN)
    return body[:LONGEST_SHOWN].decode("utf-8", "replace")
