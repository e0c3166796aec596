"""Hears one request: what the modules of all blocking clients have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.traffic import Hearing, Traffic, heard_above
from pytest_customerio.clients.transport.bodies import listen
from pytest_customerio.clients.transport.wire import plain_headers
from pytest_customerio.core.model import PendingInteraction


def begin(traffic: Traffic, client: str, method: Any, url: str) -> Hearing | None:
    """Begin to hear a request. A method may be bytes, which httpx sends; any other value is the client's error."""
    return traffic.hear(client, method if isinstance(method, str) else _text(method), url)


def _text(method: Any) -> str:
    return method.decode("latin-1") if isinstance(method, bytes) else str(method or "")


def send_heard(
    hearing: Hearing, headers: Any, body: Any, send: Callable[[Any], Any], *, encoding: str = "utf-8", status: str = ""
) -> Any:
    """Send, and note what was sent and what came back. `status` names the attribute of the response with its status.

    `send` is called with the body to send: the application's own, or a `Tee` for one that can be read only once. It
    notes the headers where they are not given.
    """
    __tracebackhide__ = True
    interaction = hearing.interaction
    if headers is not None:
        interaction.headers = headers_of(headers)
    tee = listen(interaction, body, encoding)
    with hearing:
        try:
            response = send(body if tee is None else tee)
        except BaseException as error:
            interaction.raised = type(error).__name__
            raise
        finally:
            if tee is not None:
                tee.finish(interaction)
        note_status(interaction, response, status)
    return response


def headers_of(headers: Any) -> dict[str, str]:
    """The headers as text; none where they cannot be read, because the client raises an error of its own for them."""
    try:
        return plain_headers(headers)
    except Exception:
        return {}


def note_sent(headers: dict[str, str], body: bytes) -> None:
    """Note what a client beneath sends first, for what a client above hears: adapters may add headers, or compress."""
    hearing = heard_above()
    if hearing is None or hearing.interaction.attempts:
        return
    hearing.interaction.headers = headers
    if hearing.interaction.body is not None:
        hearing.interaction.body = body


def note_tls(*, verified: bool) -> None:
    """Note whether the client beneath checks the certificate, for what a client above hears."""
    hearing = heard_above()
    if hearing is not None:
        hearing.interaction.tls_verified = verified


def note_status(interaction: PendingInteraction, response: Any, attribute: str) -> None:
    """Note the status of a response, unless a mock put something else than a number there."""
    status = getattr(response, attribute, None) if attribute else None
    if isinstance(status, int):
        interaction.status = int(status)
