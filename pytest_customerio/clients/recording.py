"""Whether a user's cassette is recording: what it sends then wants the real service, and must not get our answer."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

_recording: ContextVar[bool] = ContextVar("cio_recording", default=False)


def recording() -> bool:
    """Whether what is sent here and now will be written to a cassette."""
    return _recording.get()


@contextlib.contextmanager
def for_real() -> Iterator[None]:
    """Whatever is sent within is sent for a cassette that records."""
    before = _recording.get()
    _recording.set(True)
    try:
        yield
    finally:
        _recording.set(before)


def recorded(real: Callable[..., Any]) -> Callable[..., Any]:
    """What a cassette sends with, while it is known to be recording."""

    @functools.wraps(real)
    def send(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        _recording.set(True)
        try:
            return real(*args, **kwargs)
        finally:
            _recording.set(False)

    @functools.wraps(real)
    async def asend(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        _recording.set(True)
        try:
            return await real(*args, **kwargs)
        finally:
            _recording.set(False)

    return asend if inspect.iscoroutinefunction(real) else send
