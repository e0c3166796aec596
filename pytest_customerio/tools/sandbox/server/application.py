"""The sandbox on the wire, as an ASGI application: bodies within limits, and faults of the network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from pytest_customerio.clients.faults import received
from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.server.sockets import TRANSPORT, reset
from pytest_customerio.tools.sandbox.service.answers import Reply
from pytest_customerio.tools.sandbox.service.request import ReceivedCall
from pytest_customerio.tools.sandbox.service.service import Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# The largest documented bodies: a broadcast of 25 MB; else a message of 1 MB with 2 MB of attachments as base64.
LARGEST_BROADCAST = 25 * 1024 * 1024
LARGEST = 4 * 1024 * 1024
PATIENCE = 30.0  # seconds for a body to arrive
ADMIN = ("/_sandbox", "/_sandbox/", "/")
_RESETS = ("connection-reset", "accepted-then-reset")


class SlowError(Exception):
    """A body that did not arrive in time, or whose sender went away."""


class Server:
    """The application that a server serves: `admin` answers its own paths, the service everything else."""

    def __init__(self, service: Service, admin: App, patience: float = PATIENCE) -> None:
        self._service = service
        self._admin = admin
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] in ADMIN or scope["path"].startswith("/_sandbox/"):
            await self._admin(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._patience):
                body, too_large = await _body(scope, receive)
        except (TimeoutError, SlowError):
            await _respond(send, Answer(408, "Request Timeout", (("Connection", "close"),)), ())
            return
        reply = self._service.answer(_arrival(scope, body, too_large=too_large))
        await _give(scope, receive, send, reply, too_large=too_large)


def _arrival(scope: Scope, body: bytes, *, too_large: bool) -> ReceivedCall:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    base = f"{scope['scheme']}://{headers.get('host', '127.0.0.1')}"
    return ReceivedCall(scope["method"], target, headers, body, base, too_large)


async def _body(scope: Scope, receive: Receive) -> tuple[bytes, bool]:
    """The body, and whether it is over the limit: then it is not read to its end."""
    largest = LARGEST_BROADCAST if scope["path"].endswith("/triggers") else LARGEST
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if len(given) > 12 or int(given) > largest:
        return b"", True
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SlowError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > largest:
            return b"", True
    return b"".join(parts), False


async def _give(scope: Scope, receive: Receive, send: Send, reply: Reply, *, too_large: bool) -> None:
    fault = reply.answer.fault
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if fault is None:
        close = (("Connection", "close"),) if too_large else ()
        await _respond(send, reply.answer, (*_about(reply), *close))
        return
    if fault in _RESETS:
        reset(transport)
    elif fault == "truncated-body":
        await _respond(send, received(reply.answer), (), whole=False)
        transport.close()
    await receive()  # until the client has had enough: a read timeout is an answer that never comes


def _about(reply: Reply) -> Iterable[tuple[str, str]]:
    """How sure the answer is, which error it is, and what the service would not have told."""
    yield "X-Sandbox-Source", reply.source
    if reply.case:
        yield "X-Sandbox-Case", reply.case
    if reply.notes:
        yield "X-Sandbox-Note", "; ".join(reply.notes)[:1000]


async def _respond(send: Send, answer: Answer, headers: Iterable[tuple[str, str]], *, whole: bool = True) -> None:
    listed = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in (*answer.headers, *headers)
    ]
    if answer.status not in (204, 304) and not any(name == b"content-length" for name, _ in listed):
        listed.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": listed})
    await send({"type": "http.response.body", "body": answer.body, "more_body": not whole})
