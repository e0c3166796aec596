"""Hears functions of a project in the place of something known: `monkeypatch.setattr(requests, "post", fake)`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from types import CellType, FunctionType
from typing import Any

from pytest_customerio.clients.mocks.originals.known import Known

# The mark of a function that is heard.
FAKE = "cio_fake"
# What hears a call: the fake, what calls it, and the arguments.
Hear = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


def heard_function(fake: Any, known: Known, hear: Hear) -> Any:
    """A function that is heard, and does what the fake does; None where the fake is no function, or calls the real one.

    What calls the real one is a wrapper: the real one is heard by itself.
    """
    if type(fake) is not FunctionType or any(known.role(one) is not None for one in referred(fake)):
        return None

    @functools.wraps(fake)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return hear(fake, _answer, args, kwargs)

    @functools.wraps(fake)
    async def acall(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return await hear(fake, _answer, args, kwargs)

    made = acall if inspect.iscoroutinefunction(fake) else call
    vars(made)[FAKE] = True
    return made


def _answer(fake: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    __tracebackhide__ = True
    return fake(*args, **kwargs)


def referred(function: FunctionType) -> Iterator[Any]:
    """The functions and methods that a function can call: of its closure, its defaults and its globals."""
    cells = [_content(cell) for cell in function.__closure__ or ()]
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    names = [function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__]
    for one in (*cells, *defaults, *names):
        if callable(one) and not isinstance(one, type):
            yield one


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None
