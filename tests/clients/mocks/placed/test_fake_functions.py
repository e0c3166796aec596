"""Functions of a project that stand for something known: which are heard, and which call the real one."""

from __future__ import annotations

import asyncio
import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.placed.fake_functions import FAKE, heard_function, is_heard_function

requests = pytest.importorskip("requests")
real = requests.post


@pytest.fixture
def known() -> Known:
    made = Known()
    made.learn(BY_NAME["requests"])
    return made


def hear(fake: Callable[..., Any], answer: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return "heard", answer(fake, *args, **kwargs)


def test_a_function_is_heard_function(known: Known) -> None:
    """It keeps its name, signature and attributes."""

    def fake(url: str, *, json: object = None) -> str:
        """Answer."""
        return f"{url} {json}"

    made = heard_function(fake, known, hear)
    assert made("here", json=1) == ("heard", "here 1")
    assert (made.__name__, made.__doc__, inspect.signature(made)) == ("fake", "Answer.", inspect.signature(fake))
    assert vars(made)[FAKE] is True


def test_a_coroutine_is_heard_function(known: Known) -> None:
    """It stays a coroutine function."""

    async def fake(url: str) -> str:
        return url

    async def ahear(fake: Any, answer: Any, args: Any, kwargs: Any) -> Any:
        return "heard", await answer(fake, *args, **kwargs)

    made = heard_function(fake, known, lambda *given: ahear(*given))
    assert inspect.iscoroutinefunction(made)
    assert asyncio.run(made("here")) == ("heard", "here")


class Called:
    """A fake that is an object, or a method of one."""

    def __init__(self, *held: Any) -> None:
        self.held = held

    def __call__(self, url: str) -> str:
        return url

    def send(self, url: str) -> str:
        return url

    async def asend(self, url: str) -> str:
        return url


class Bare:
    """A fake without attributes."""

    __slots__ = ()

    def __call__(self, url: str) -> str:
        return url


def test_what_is_no_mere_function(known: Known) -> None:
    """A partial, a method of an object and an object that can be called stay what they are, and are not bound."""
    fake = Called()
    for one in (functools.partial(fake), functools.partial(fake.send), fake.send, fake, Bare()):
        made = heard_function(one, known, hear)
        with warnings.catch_warnings():  # a partial will be bound in a future Python, as 3.13 says
            warnings.simplefilter("ignore", FutureWarning)
            assert type("Owner", (), {"post": made})().post("here") == ("heard", "here")
        assert (type(made) is type(one)) or (made.__class__ is type(one) is not type(made))
        assert is_heard_function(made)
        assert heard_function(made, known, hear) is None
    made = heard_function(fake.asend, known, hear)
    assert inspect.iscoroutinefunction(made)
    assert made.__self__ is fake


def test_what_holds_the_real_one(known: Known) -> None:
    """In its arguments, or as an attribute; a class, and what is not written in Python, is no function either."""
    holding, owner = Called(), Called()
    holding.held, owner.real = requests.post, requests.Session()  # type: ignore[assignment, attr-defined]
    for one in (
        functools.partial(Called(), requests.post),
        holding,
        holding.send,
        owner,
        functools.partial(requests.post),
    ):
        assert heard_function(one, known, hear) is None
    for other in (Called, functools.partial(Called), functools.partial(print), print, 3):
        assert heard_function(other, known, hear) is None
    assert not is_heard_function(print)


def test_what_can_call_the_real_one(known: Known) -> None:
    """By its closure, its defaults, or its globals; a variable of the closure may have no value yet."""
    original = requests.post

    def by_closure(*args: Any) -> Any:
        return original(*args)

    def by_default(*args: Any, send: Any = requests.post) -> Any:
        return send(*args)

    def by_global(*args: Any) -> Any:
        return real(*args)

    def of_later() -> Any:
        return later

    assert [heard_function(one, known, hear) for one in (by_closure, by_default, by_global)] == [None] * 3
    assert heard_function(of_later, known, hear) is not None
    later = 1
