"""Knows which requests pass through to a real server, and which a cassette of the user's would record.

A command of ours sends to its target on purpose: its requests pass through. What a cassette would record gets no answer
of ours, which would be written into the cassette, and does not pass through either: it is refused, because it would
carry a real key to Customer.io, and the cassette would keep the key.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

_passes: ContextVar[bool] = ContextVar("cio_passes_through", default=False)
_recorded: ContextVar[bool] = ContextVar("cio_recorded", default=False)


def passes_through() -> bool:
    """Whether a request that is sent in this context passes through to the real service."""
    return _passes.get()


def is_recorded() -> bool:
    """Whether a cassette of the user's would record what is sent in this context."""
    return _recorded.get()


@contextlib.contextmanager
def passing_through() -> Iterator[None]:
    """Let every request that is sent within pass through."""
    with _set(_passes):
        yield


@contextlib.contextmanager
def recording() -> Iterator[None]:
    """What is sent within would be recorded."""
    with _set(_recorded):
        yield


@contextlib.contextmanager
def _set(variable: ContextVar[bool]) -> Iterator[None]:
    before = variable.get()
    variable.set(True)
    try:
        yield
    finally:
        variable.set(before)


def recorded(real: Callable[..., Any], check: Callable[..., None]) -> Callable[..., Any]:
    """The function that a cassette records with: `check` is called first, with its arguments, and may refuse."""

    @functools.wraps(real)
    def send(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with recording():
            check(*args, **kwargs)
            return real(*args, **kwargs)

    @functools.wraps(real)
    async def asend(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with recording():
            check(*args, **kwargs)
            return await real(*args, **kwargs)

    return asend if inspect.iscoroutinefunction(real) else send
