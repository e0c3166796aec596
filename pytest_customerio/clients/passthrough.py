"""Knows which requests pass through to the real service, because a cassette of the user's is recording them.

Such a request must not get an answer of ours: it would be written into the user's cassette.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

_passes: ContextVar[bool] = ContextVar("cio_passes_through", default=False)


def passes_through() -> bool:
    """Whether a request that is sent in this context passes through to the real service."""
    return _passes.get()


@contextlib.contextmanager
def passing_through() -> Iterator[None]:
    """Let every request that is sent within pass through."""
    before = _passes.get()
    _passes.set(True)
    try:
        yield
    finally:
        _passes.set(before)


def passed_through(real: Callable[..., Any]) -> Callable[..., Any]:
    """The function that a cassette records with, changed so that what it sends passes through."""

    @functools.wraps(real)
    def send(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        _passes.set(True)
        try:
            return real(*args, **kwargs)
        finally:
            _passes.set(False)

    @functools.wraps(real)
    async def asend(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        _passes.set(True)
        try:
            return await real(*args, **kwargs)
        finally:
            _passes.set(False)

    return asend if inspect.iscoroutinefunction(real) else send
