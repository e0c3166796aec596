"""Hears functions of a project in the place of something known: `monkeypatch.setattr(requests, "post", fake)`.

A `partial`, a method of an object, and an object that can be called are functions too.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from types import CellType, FunctionType, MethodType
from typing import Any

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.placed.callable_objects import heard_object, is_heard_object

# The mark of a function that is heard.
FAKE = "cio_fake"
# What hears a call: the fake, what calls it, and the arguments.
Hear = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


def heard_function(fake: Any, known: Known, hear: Hear) -> Any:
    """A function that is heard, and does what the fake does; None where the fake is no function, or calls the real one.

    What calls the real one is a wrapper: the real one is heard by itself.
    """
    function = None if is_heard_function(fake) else function_of(fake)
    if function is None or any(known.role(one) is not None for one in _used(fake, function)):
        return None
    return _in_its_form(fake, _hearing(fake, function, hear))


def function_of(fake: Any) -> FunctionType | None:
    """The function that runs where this is called; None for a class, and for what is not written in Python."""
    if isinstance(fake, type):
        return None
    kind = type(fake)
    inside = fake.func if kind is functools.partial else fake.__func__ if kind is MethodType else None
    if inside is not None:
        return function_of(inside)
    if kind is FunctionType:
        found: FunctionType = fake
        return found
    called = None if hasattr(kind, "__get__") else inspect.getattr_static(kind, "__call__", None)
    return called if type(called) is FunctionType else None


def is_heard_function(value: Any) -> bool:
    """Whether this is one that `heard_function` gave."""
    function = function_of(value)
    return is_heard_object(value) or (function is not None and FAKE in vars(function))


def _hearing(fake: Any, function: FunctionType, hear: Hear) -> Any:
    """What is heard, and calls the fake; a method of an object has that one already."""
    bound = int(type(fake) is MethodType)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return hear(fake, _answer, args[bound:], kwargs)

    @functools.wraps(function)
    async def acall(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return await hear(fake, _answer, args[bound:], kwargs)

    made = acall if inspect.iscoroutinefunction(fake) else call
    vars(made)[FAKE] = True
    return made


def _in_its_form(fake: Any, made: Any) -> Any:
    """What is heard, of the kind of the fake: one is given the instance of the class that has it, another is not."""
    if type(fake) is FunctionType:
        return made
    if type(fake) is functools.partial:
        return functools.partial(made)
    if type(fake) is MethodType:
        return MethodType(made, fake.__self__)
    return heard_object(fake, made)


def _answer(fake: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    __tracebackhide__ = True
    return fake(*args, **kwargs)


def _used(fake: Any, function: FunctionType) -> Iterator[Any]:
    """What a fake can call: its function's, what it was bound to, and what that has for attributes."""
    yield from referred(function)
    if type(fake) is functools.partial:
        yield from (fake.func, *fake.args, *fake.keywords.values())
        yield from _used(fake.func, function)
    elif type(fake) is not FunctionType:
        holder = fake.__self__ if type(fake) is MethodType else fake
        yield from (holder, *vars(holder).values()) if hasattr(holder, "__dict__") else (holder,)


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
