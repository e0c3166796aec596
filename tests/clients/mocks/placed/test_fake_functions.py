"""Functions of a project that stand for something known: which are heard, and which call the real one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.placed.fake_functions import FAKE, heard_function

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
