"""One request being heard: what all blocking clients have in common."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from pytest_customerio.clients.bodies import listen
from pytest_customerio.clients.traffic import Hearing, Traffic
from pytest_customerio.clients.wire import plain_headers
from pytest_customerio.core.model import PendingInteraction

# What a client above began to hear, for a client beneath that knows more about it.
above: ContextVar[PendingInteraction | None] = ContextVar("cio_above", default=None)


def begin(traffic: Traffic, client: str, method: Any, url: str) -> Hearing | None:
    """Begin to hear a request, whatever was given for a method: the client will say so itself."""
    return traffic.hear(client, method if isinstance(method, str) else str(method or ""), url)


def send_heard(
    hearing: Hearing, headers: Any, body: Any, send: Callable[[Any], Any], *, encoding: str = "utf-8", status: str = ""
) -> Any:
    """Send, and fill in what was sent and what came of it: `status` is where the response has its number, if anywhere.

    `send` is handed the body to send: the application's own, or what stands in for one that can be read only once.
    """
    __tracebackhide__ = True
    interaction = hearing.interaction
    interaction.headers = plain_headers(headers)
    tee = listen(interaction, body, encoding)
    token = above.set(interaction)
    with hearing:
        try:
            response = send(body if tee is None else tee)
        except BaseException as error:
            interaction.raised = type(error).__name__
            raise
        finally:
            above.reset(token)
            if tee is not None:
                tee.finish(interaction)
        note_status(interaction, response, status)
    return response


def note_status(interaction: PendingInteraction, response: Any, attribute: str) -> None:
    """Take over the status of a response, whatever a mock has put in its place."""
    status = getattr(response, attribute, None) if attribute else None
    if isinstance(status, int):
        interaction.status = int(status)
