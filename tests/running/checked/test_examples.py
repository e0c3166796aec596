"""Each example of Hypothesis is a run of its own: the case begins anew, and each is judged alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.checked.examples import each_example
from pytest_customerio.running.session import Session

Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]


class CrmError(Exception):
    """What the application raises."""


@pytest.fixture
def case(begun: Begin, session: Session) -> Callable[..., CheckedTest]:
    """Begin a test in which a 401 is replayed."""

    def begin(**mark: Any) -> CheckedTest:
        errors = session.selection.errors_mark("x", ("401-unauthorized",), mark)
        test = begun(errors=errors, case="401-unauthorized")
        session.begin_call(test)
        return test

    return begin


def examples(function: Callable[..., Any], drawn: int = 5) -> Callable[..., Any]:
    """A test of Hypothesis with so many different examples."""
    asked = settings(max_examples=drawn, database=None, deadline=None)
    return asked(given(st.sampled_from(range(drawn)))(function))


def run(function: Any, test: CheckedTest, session: Session) -> None:
    with each_example(function, test, lambda: session.begin_case(test)):
        function()


def attempts(test: CheckedTest) -> list[tuple[str | None, int]]:
    return [(one.outcome, one.attempts) for one in test.judgements]


def test_each_example_meets_the_case_anew(case: Any, send: Send, session: Session) -> None:
    """Equal requests of two examples are no retries of each other."""
    test, handle = case(), examples(lambda number: send() and None)
    inner = handle.hypothesis.inner_test
    run(handle, test, session)
    assert set(attempts(test)) == {("lost", 1)}
    assert len(attempts(test)) == 5
    assert handle.hypothesis.inner_test is inner
    assert test.end_replays(None) == []


def test_a_declared_exception_is_no_failure_of_the_example(case: Any, send: Send, session: Session) -> None:
    """So Hypothesis does not look for a smaller one; an undeclared exception fails the test."""

    def work(number: int) -> None:
        send()
        raise CrmError

    test = case(raises=CrmError)
    run(examples(work), test, session)
    assert set(attempts(test)) == {("raised", 1)}
    with pytest.raises(CrmError):
        run(examples(work), case(), session)


def test_examples_that_are_given_up(case: Any, send: Send, session: Session) -> None:
    """Where `assume` is not fulfilled, nothing is judged."""

    def work(number: int) -> None:
        send()
        assume(number == 3)

    test = case()
    run(examples(work), test, session)
    assert attempts(test) == [("lost", 1)]


def test_an_example_that_sends_nothing(case: Any, send: Send, session: Session) -> None:
    """It counts only where no example sends anything."""
    test = case()
    run(examples(lambda number: (send() and None) if number == 3 else None), test, session)
    assert test.end_replays(None) == []
    test = case()
    run(examples(lambda number: None), test, session)
    assert len(test.end_replays(None)) == 1


def test_examples_in_a_loop(case: Any, send: Send, session: Session) -> None:
    """Where the test is a coroutine function, so is what Hypothesis calls."""

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        send()
        if number == 3:
            raise CrmError

    handle, test = examples(work), case(raises=CrmError)
    with each_example(handle, test, lambda: session.begin_case(test)):
        inner = handle.hypothesis.inner_test
        assert asyncio.iscoroutinefunction(inner)
        for number in (2, 3):
            asyncio.run(inner(number))
    assert attempts(test) == [("lost", 1), ("raised", 1)]


@pytest.mark.parametrize("function", [None, lambda: None, examples(lambda number: None)])
def test_where_nothing_is_replayed(begun: Begin, session: Session, function: Any) -> None:
    """Nothing is replaced."""
    handle = getattr(function, "hypothesis", None)
    inner = getattr(handle, "inner_test", None)
    with each_example(function, begun(), lambda: None):
        assert getattr(handle, "inner_test", None) is inner
