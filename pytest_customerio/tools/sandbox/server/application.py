"""The sandbox as an ASGI application: reads bodies within limits, and causes network faults."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from pytest_customerio.clients.transport.faults import received
from pytest_customerio.core.model import Answer
from pytest_customerio.core.payload import unpacked_is_larger
from pytest_customerio.tools.sandbox.answering.answers import SandboxAnswer
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.routes.guards import is_local_origin
from pytest_customerio.tools.sandbox.server.cross_origin import allowed_for_pages, answer_preflight
from pytest_customerio.tools.sandbox.server.sockets import RECEIVED, TRANSPORT, reset

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]

# The largest documented bodies: a broadcast of 25 MB; otherwise a message of 1 MB with 2 MB of attachments as base64.
LARGEST_BROADCAST = 25 * 1024 * 1024
LARGEST = 4 * 1024 * 1024
LONGEST_NOTE = 1000
_NOT_IN_HEADERS = re.compile(r"[\x00-\x1f\x7f]")
BODY_TIMEOUT = 30.0  # seconds
_CLOSE: Headers = (("Connection", "close"),)
_SCHEMES = ("http", "https")
ADMIN_PATHS = ("/_sandbox", "/_sandbox/", "/")
_RESETS = ("connection-reset", "accepted-then-reset")
_OTHER_SITE = b"the sandbox answers pages of this machine only: of localhost, a name below it, or an IP address\n"


class ClientGoneError(Exception):
    """The client closed the connection before its body was complete."""


class Application:
    """The application that the server runs: `admin` answers the sandbox's own paths, the service all others."""

    def __init__(self, service: Service, admin: App, body_timeout: float = BODY_TIMEOUT) -> None:
        self._service = service
        self._admin = admin
        self._body_timeout = body_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] in ADMIN_PATHS or scope["path"].startswith("/_sandbox/"):
            await self._answer_admin(scope, receive, send)
            return
        headers = _headers(tuple(scope["headers"]))
        if "origin" in headers and _is_of_another_site(scope):
            await _respond(send, Answer(403, "Forbidden", body=_OTHER_SITE), _CLOSE)
            return
        if (preflight := answer_preflight(scope)) is not None:
            await _respond(send, preflight, ())
            return
        try:
            body, too_large = await self._body(scope, headers, receive)
        except (TimeoutError, ClientGoneError):
            await _respond(send, Answer(408, "Request Timeout", _CLOSE), ())
            return
        answer = self._service.answer(_http_request(scope, headers, body, too_large=too_large))
        for_pages = allowed_for_pages(scope["path"], asked_by_page="origin" in headers)
        await _deliver(scope, receive, send, answer, (*for_pages, *_CLOSE) if too_large else for_pages)

    async def _body(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> tuple[bytes, bool]:
        """The body, within the limit of time, and whether it is too large."""
        if scope.get("extensions", {}).get(RECEIVED):
            return await _body(scope, headers, receive)
        async with asyncio.timeout(self._body_timeout):
            return await _body(scope, headers, receive)

    async def _answer_admin(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to the sandbox's own paths. What is not read only has a body, which must come in time."""
        try:
            async with asyncio.timeout(None if scope["method"] in ("GET", "HEAD") else self._body_timeout):
                await self._admin(scope, receive, send)
        except TimeoutError:
            await _respond(send, Answer(408, "Request Timeout", _CLOSE), ())


def _is_of_another_site(scope: Scope) -> bool:
    """Whether a browser sent the request for a web page that is not of this machine."""
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    return any(not is_local_origin(each) for each in origins)


@lru_cache(maxsize=64)
def _headers(sent: tuple[tuple[bytes, bytes], ...]) -> Mapping[str, str]:
    """The headers by name; the values of those with the same name are joined. A client often sends the same ones."""
    headers: dict[str, str] = {}
    for name, value in sent:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _http_request(scope: Scope, headers: Mapping[str, str], body: bytes, *, too_large: bool) -> HttpRequest:
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    # A proxy in front of the sandbox may speak https; uvicorn's own reading of its header takes longer.
    scheme = headers.get("x-forwarded-proto", scope["scheme"])
    base = f"{scheme if scheme in _SCHEMES else scope['scheme']}://{headers.get('host', '127.0.0.1')}"
    return HttpRequest(scope["method"], target, headers, body, base, too_large)


async def _body(scope: Scope, headers: Mapping[str, str], receive: Receive) -> tuple[bytes, bool]:
    """The body, and whether it is over the limit, packed or unpacked: then it is not kept."""
    largest = LARGEST_BROADCAST if scope["path"].endswith("/triggers") else LARGEST
    length = headers.get("content-length", "0").partition(",")[0]
    if len(length) > 12 or (length.isascii() and length.isdigit() and int(length) > largest):
        return b"", True
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > largest:
            return b"", True
    body = b"".join(parts)
    encodings = headers.get("content-encoding", "")
    return (b"", True) if encodings and unpacked_is_larger(body, encodings, largest) else (body, False)


async def _deliver(scope: Scope, receive: Receive, send: Send, answer: SandboxAnswer, headers: Headers) -> None:
    """Send an answer with these headers besides its own, or cause its network fault."""
    fault = answer.answer.fault
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if fault is None:
        said = _sandbox_headers(answer.source, answer.case, answer.notes)
        with nullcontext() if transport is None else transport:
            await _respond(send, answer.answer, (*said, *headers))
        return
    if fault in _RESETS:
        reset(transport)
    elif fault == "truncated-body":
        await _respond(send, received(answer.answer), (), whole=False)
        transport.close()
    # Of a read timeout nothing is sent at all. In each case, wait until the client closes the connection.
    await receive()


@lru_cache(maxsize=64)
def _sandbox_headers(source: str, case: str, notes: tuple[str, ...]) -> Headers:
    """How certain the answer is, which error case it is, and what the service would not have said."""
    named = (("X-Sandbox-Case", case),) if case else ()
    noted = (("X-Sandbox-Note", _one_row("; ".join(notes))),) if notes else ()
    return (("X-Sandbox-Source", source), *named, *noted)


def _one_row(text: str) -> str:
    """The beginning of a text as the value of a header: no control characters, and no blank at its end."""
    return " ".join(_NOT_IN_HEADERS.sub(" ", text[:LONGEST_NOTE]).split())


@lru_cache(maxsize=256)
def _encoded(headers: Headers) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
    """Headers as uvicorn takes them, and whether they name the length. Most answers have the same ones."""
    listed = tuple((name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers)
    return listed, any(name == b"content-length" for name, _ in listed)


async def _respond(send: Send, answer: Answer, headers: Headers, *, whole: bool = True) -> None:
    encoded, names_length = _encoded((*answer.headers, *headers))
    listed = list(encoded)
    if answer.status not in (204, 304) and not names_length:
        listed.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": listed})
    await send({"type": "http.response.body", "body": answer.body, "more_body": not whole})
