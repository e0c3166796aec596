"""Sends one request to a real server. No tap hears it, no cassette answers it, and the guard lets it through."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pytest_customerio.clients.passthrough import passing_through
from pytest_customerio.core.model import Answer
from pytest_customerio.process import guard

TIMEOUT = 20.0
# The most bytes that are read of an answer.
LARGEST = 16 * 1024 * 1024


class UnreachableError(Exception):
    """A server gives no answer. The text says which server, and why.

    `fault` is what happened to the request, as cassettes name it; empty where no connection was made.
    """

    def __init__(self, text: str, fault: str = "") -> None:
        super().__init__(text)
        self.fault = fault


def send(method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, timeout: float = TIMEOUT) -> Answer:
    """The server's answer. Follows no redirect, retries nothing. Raises `UnreachableError`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with passing_through(), guard.allowing(host):
        connection, connected = _connection(parts.scheme, host, parts.port, timeout), False
        try:
            connection.connect()
            connected = True
            connection.request(method, target, body or None, dict(headers))
            response = connection.getresponse()
            data = response.read(LARGEST)
            if response.length and len(data) < LARGEST:  # `read` with a limit accepts less than was promised
                raise http.client.IncompleteRead(data, response.length)
        except (OSError, http.client.HTTPException) as error:
            text = f"{parts.scheme}://{parts.netloc} gives no answer: {str(error) or type(error).__name__}"
            raise UnreachableError(text, _fault(error) if connected else "") from error
        finally:
            connection.close()
    return Answer(response.status, response.reason or "", tuple(response.getheaders()), data)


def _fault(error: Exception) -> str:
    """What happened to a request that was being sent, or whose answer was being read; empty where that is no fault."""
    if isinstance(error, http.client.IncompleteRead):
        return "truncated-body"
    if isinstance(error, TimeoutError):
        return "read-timeout"
    return "connection-reset" if isinstance(error, OSError) else ""


def _connection(scheme: str, host: str, port: int | None, timeout: float) -> Any:
    # vcrpy replaces the classes of `http.client` while a cassette is in use; its class has the real one as `_baseclass`
    # (vcrpy 8). Without this line the request would be answered from that cassette.
    kind: Any = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return getattr(kind, "_baseclass", kind)(host, port, timeout=timeout)
