"""While a call is made again: each request is heard at its client as ever, and stopped there. Nothing is sent."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from pytest_customerio.clients.mocks.originals.attributes import MISSING
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.parts import AIOHTTP, HTTPX, HTTPX2, PYTHON, REQUESTS, URLLIB3, Part


class NotSentError(BaseException):
    """Ends a call that is made again, where its client would send. No `except Exception` of an SDK catches it."""


class Heard:
    """The requests of one call that is made again: a `Hearing` for the client's tap."""

    def __init__(self) -> None:
        self.requests: list[PendingInteraction] = []
        self.interaction = PendingInteraction("", "", "")
        self.over = True
        self.replayed = False
        self.engine: object = None

    def begin(self, client: str, method: str, url: str) -> Heard | None:
        """Begin to hear one request; None beneath a client that is heard already."""
        if not self.over:
            return None
        self.interaction, self.over = PendingInteraction(client, method.upper(), url), False
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NotSentError):
            self.requests.append(self.interaction)
        self.over = True


at_work: ContextVar[Heard | None] = ContextVar("cio_unsent", default=None)
_WINDOW = threading.Lock()


# Where each client would begin to send, by its module and the class or module in it: below its taps, above its
# transports, adapters and whatever mocks of the user's are there. Private names of httpx 0.23 and later, httpx2, and
# aiohttp 3; where one is missing, calls of that client are not made again.
_WHY = "a call of a mock is made again without being sent"
_WITHOUT = "calls of mocks of this client are not judged"
PARTS = (
    Part(REQUESTS, "requests.sessions", "Session.get_adapter", _WHY, _WITHOUT),
    Part(HTTPX, "httpx", "Client._transport_for_url", _WHY, _WITHOUT),
    Part(HTTPX, "httpx", "AsyncClient._transport_for_url", _WHY, _WITHOUT),
    Part(HTTPX2, "httpx2", "Client._transport_for_url", _WHY, _WITHOUT),
    Part(HTTPX2, "httpx2", "AsyncClient._transport_for_url", _WHY, _WITHOUT),
    Part(URLLIB3, "urllib3.poolmanager", "PoolManager.connection_from_host", _WHY, _WITHOUT),
    Part(PYTHON, "http.client", "HTTPConnection.connect", _WHY, _WITHOUT),
    Part(PYTHON, "http.client", "HTTPSConnection.connect", _WHY, _WITHOUT),
    Part(AIOHTTP, "aiohttp", "ClientSession._request", _WHY, _WITHOUT),
)


@contextmanager
def nothing_leaves(known: Known, *, busy: bool = False) -> Iterator[None]:
    """Meanwhile the libraries are as they were before anything of them was mocked, and stop where they would send.

    `busy` tells that threads of the test are at work: what stands for a library stays there for them. They are not
    stopped. Everything is put back, in reverse order.
    """
    with _WINDOW:
        before: list[tuple[Any, str, Any]] = []
        try:
            for owner, name, original in known.attributes.originals():
                value = _shared(owner, name, original) if busy else original
                if value is not None:
                    _put(before, owner, name, value)
            for owner, name in filter(None, (part.find() for part in PARTS)):
                _put(before, owner, name, _stopping(vars(owner)[name]))
            yield
        finally:
            for owner, name, value in reversed(before):
                _set(owner, name, value)


def _shared(owner: Any, name: str, original: Any) -> Any:
    """The original for calls that are made again, what stands there now for all others; None where it cannot be both.

    A module has no descriptors, so that a function is called in the place of either.
    """
    now = vars(owner)[name]
    if isinstance(owner, type):
        inherited = (vars(one)[name] for one in owner.__mro__[1:] if name in vars(one))
        return ByCall(now, next(inherited, None) if original is MISSING else original)
    if not (callable(now) and callable(original)):
        return None

    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return (now if at_work.get() is None else original)(*args, **kwargs)

    return call


class ByCall:
    """A method for calls that are made again, and another one for all others."""

    def __init__(self, now: Any, original: Any) -> None:
        self._now = now
        self._original = original

    def __get__(self, instance: Any, owner: type) -> Any:
        chosen = self._now if at_work.get() is None else self._original
        bind = getattr(type(chosen), "__get__", None)
        return chosen if bind is None else bind(chosen, instance, owner)


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
