"""While a call is made again: each request is heard at its client as ever, and stopped there. Nothing is sent."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from pytest_customerio.clients.mocks.known import MISSING, Known
from pytest_customerio.core.model import Interaction


class NotSentError(BaseException):
    """Ends a call that is made again, where its client would send. No `except Exception` of an SDK catches it."""


class Heard:
    """The requests of one call that is made again: a `Hearing` for the client's tap."""

    def __init__(self) -> None:
        self.requests: list[Interaction] = []
        self.interaction = Interaction("", "", "")

    def begin(self, client: str, method: str, url: str) -> Heard | None:
        """Begin to hear one request; None beneath a client that is heard already."""
        if self.interaction.client:
            return None
        self.interaction = Interaction(client, method.upper(), url)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NotSentError):
            self.requests.append(self.interaction)
        self.interaction = Interaction("", "", "")


at_work: ContextVar[Heard | None] = ContextVar("cio_unsent", default=None)
_WINDOW = threading.Lock()


def concerning(concerns: Callable[..., bool]) -> Callable[..., bool]:
    """While a call is made again everything concerns us: nothing may leave, wherever it goes."""

    def anything(host: Any, port: Any = None) -> bool:
        return at_work.get() is not None or concerns(host, port)

    return anything


# Where each client would begin to send, by its module and the class or module in it: below its taps, above its
# transports, adapters and whatever mocks of the user's are there. Private names of httpx 0.23 and later, httpx2, and
# aiohttp 3; where one is missing, calls of that client are not made again.
SEAMS = (
    ("requests.sessions", "Session", "get_adapter"),
    ("httpx", "Client", "_transport_for_url"),
    ("httpx", "AsyncClient", "_transport_for_url"),
    ("httpx2", "Client", "_transport_for_url"),
    ("httpx2", "AsyncClient", "_transport_for_url"),
    ("http.client", "HTTPConnection", "connect"),
    ("http.client", "HTTPSConnection", "connect"),
    ("aiohttp", "ClientSession", "_request"),
)


@contextmanager
def nothing_leaves(known: Known) -> Iterator[None]:
    """Meanwhile the libraries are as they were before anything of them was mocked, and stop where they would send.

    Other threads are not stopped. Everything is put back, in reverse order.
    """
    with _WINDOW:
        before: list[tuple[Any, str, Any]] = []
        try:
            for owner, name, original in known.originals():
                _put(before, owner, name, original)
            for owner, name in _seams():
                _put(before, owner, name, _stopping(vars(owner)[name]))
            yield
        finally:
            for owner, name, value in reversed(before):
                _set(owner, name, value)


def _seams() -> Iterator[tuple[type, str]]:
    for module, attribute, name in SEAMS:
        owner = getattr(sys.modules.get(module), attribute, None)
        if isinstance(owner, type) and name in vars(owner):
            yield owner, name


def _put(before: list[tuple[Any, str, Any]], owner: Any, name: str, value: Any) -> None:
    before.append((owner, name, vars(owner).get(name, MISSING)))
    _set(owner, name, value)


def _set(owner: Any, name: str, value: Any) -> None:
    if value is MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, value)


def _stopping(original: Callable[..., Any]) -> Callable[..., Any]:
    def stop(*args: Any, **kwargs: Any) -> Any:
        if at_work.get() is None:
            return original(*args, **kwargs)
        raise NotSentError

    async def astop(*args: Any, **kwargs: Any) -> Any:
        if at_work.get() is None:
            return await original(*args, **kwargs)
        raise NotSentError

    return astop if inspect.iscoroutinefunction(original) else stop
