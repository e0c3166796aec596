"""Ask a server for real: one request, one answer, beneath every tap and past the guard."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pytest_customerio.clients.passthrough import passing_through
from pytest_customerio.core.model import Answer
from pytest_customerio.process import guard

PATIENCE = 20.0
LARGEST = 16 * 1024 * 1024


class UnreachableError(Exception):
    """A server that gives no answer; its text says which, and why."""


def send(method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, patience: float = PATIENCE) -> Answer:
    """The server's answer. Follows no redirect, retries nothing. Raises `UnreachableError`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with passing_through(), guard.letting(host):
        connection = _connection(parts.scheme, host, parts.port, patience)
        try:
            connection.request(method, target, body or None, dict(headers))
            response = connection.getresponse()
            data = response.read(LARGEST)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(f"{parts.scheme}://{parts.netloc} gives no answer: {reason}") from error
        finally:
            connection.close()
    return Answer(response.status, response.reason or "", tuple(response.getheaders()), data)


def _connection(scheme: str, host: str, port: int | None, patience: float) -> Any:
    kind: Any = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return getattr(kind, "_baseclass", kind)(host, port, timeout=patience)  # not that of a cassette of vcrpy's
