"""requests: heard at `Session.send`; answered beneath it, by the tap of urllib3."""

from __future__ import annotations

from typing import Any

from pytest_customerio.clients.hearing import begin, headers_of, send_heard
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport.wire import destination
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.parts import REQUESTS, Part
from pytest_customerio.process.patching import Patches, Wrapper

SEND = Part(
    REQUESTS,
    "requests.sessions",
    "Session.send",
    "requests of sessions",
    "they are heard at urllib3, beneath mocks",
    needs="requests",
)
PARTS = (SEND,)


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear every session."""
    patches.patch(SEND, lambda original: heard_send(traffic, original))


def heard_send(traffic: Traffic, original: Wrapper) -> Wrapper:
    """A `Session.send` that hears its requests."""

    def send(session: Any, request: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        url: Any = getattr(request, "url", None)
        if not traffic.concerns(*destination(url)):
            return original(session, request, **kwargs)
        hearing = begin(traffic, "requests", request.method, url)
        if hearing is None:
            return original(session, request, **kwargs)
        hearing.interaction.timeout_set = timeout_set(kwargs.get("timeout"))
        hearing.interaction.tls_verified = bool(kwargs.get("verify", getattr(session, "verify", True)))
        own = getattr(request, "body", None)

        def send_body(body: Any) -> Any:
            __tracebackhide__ = True
            try:
                if body is own:
                    return original(session, request, **kwargs)
                return _with_body(original, session, request, body, kwargs)
            finally:
                _note_sent(hearing.interaction, request, own)

        return send_heard(hearing, None, own, send_body, status="status_code")

    return send


def _note_sent(interaction: PendingInteraction, request: Any, own: object) -> None:
    """Note the headers, with those that an adapter added, and the body if an adapter compressed it.

    Where the request reached a client beneath, that client noted what it sent.
    """
    if interaction.attempts and interaction.headers:
        return
    interaction.headers = headers_of(getattr(request, "headers", None))
    body = getattr(request, "body", None)
    if body is not own and interaction.body is not None and isinstance(body, bytes):
        interaction.body = body


def timeout_set(timeout: object) -> bool:
    """Whether neither connecting nor reading can wait for ever."""
    return None not in timeout if isinstance(timeout, tuple) else timeout is not None


def _with_body(original: Wrapper, session: Any, request: Any, body: Any, kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    own, request.body = request.body, body
    response = None
    try:
        response = original(session, request, **kwargs)
    finally:
        sent = [request, *(getattr(one, "request", None) for one in (response, *getattr(response, "history", ())))]
        for one in sent:
            if getattr(one, "body", None) is body:
                one.body = own
    return response
