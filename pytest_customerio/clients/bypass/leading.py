"""Leads one request past a mock to the real function, and back to the mock where the error case does not answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from pytest_customerio.clients.traffic import heard_above
from pytest_customerio.clients.transport.bodies import Tee
from pytest_customerio.core.model import Answer

# Tells the mock of a call that it missed: what the application got for it, or None where that is not known.
Note = Callable[[Any], None]


class MockAnswersError(BaseException):
    """Ends the real function where the mock is to answer. No `except Exception` of a client catches it."""


class Bypass:
    """One call that is led past a mock. `answering` is True while the mock answers it.

    `errors` are the attempts that the case answered; each counts as one until `success` is asked for. `note` is given
    the answer of the mock to the latest attempt; it is None where that attempt is noted otherwise. `answers` tells
    whether the mock has an answer. `each` says that the mock is called for each attempt of the client's retry engine:
    it is in the place of what is beneath that engine, or has an engine of its own.
    """

    __slots__ = ("answering", "answers", "each", "errors", "note")

    def __init__(self, answers: Callable[[], bool], *, each: bool = False) -> None:
        self.answering = False
        self.answers = answers
        self.each = each
        self.errors = 0
        self.note: Callable[[Answer], None] | None = None

    def success(self, ours: Callable[[], Answer], note: Callable[[Answer], None] | None) -> Answer:
        """The answer to an attempt that the case does not answer: ours where the mock has none, or lets it pass."""
        self.errors -= 1
        if self.answering or not self.answers():
            self.note = None
            return ours()
        self.note = note
        raise MockAnswersError

    def answered(self, response: Any) -> Any:
        """Note what the mock answered, and return it."""
        status = getattr(response, "status_code", getattr(response, "status", None))
        self._note(Answer(status=status if isinstance(status, int) else 200))
        return response

    def raised(self) -> None:
        """Note that the mock raised an exception."""
        self._note(Answer(fault="exception of a mock"))

    def _note(self, answer: Answer) -> None:
        if self.note is not None:
            self.note(answer)


bypass: ContextVar[Bypass | None] = ContextVar("cio_bypass", default=None)


def wanted() -> bool:
    """Whether the request that is being heard is to be led past mocks."""
    hearing = heard_above()
    return hearing is not None and hearing.replayed


def note_engine(engine: object) -> None:
    """Note the adapter or transport that a request is given to."""
    hearing = heard_above()
    if hearing is not None:
        hearing.engine = engine


def always() -> bool:
    """A mock has an answer, if only an error of its own."""
    return True


def lead(
    real: Callable[[], Any],
    mock: Callable[[], Any],
    note: Note | None = None,
    answers: Callable[[], bool] = always,
    *,
    each: bool = False,
) -> Any:
    """Call `real`; where the case does not answer, call `mock`. `note` tells the mock of the call that it missed; with
    `each`, of each attempt.

    Beneath a call that is led already, the outer mock decides: `real` is called for it, `mock` once it answers.
    """
    __tracebackhide__ = True
    outer = bypass.get()
    if outer is not None:
        return mock() if outer.answering else real()
    one = Bypass(answers, each=each)
    token = bypass.set(one)
    try:
        try:
            return _returned(one, note, real())
        except MockAnswersError:
            one.answering = True
            _note_errors(one, note)
        except BaseException as error:
            _note_missed(one, note, error)
            raise
        return one.answered(_answered(one, mock))
    finally:
        bypass.reset(token)


async def alead(
    real: Callable[[], Awaitable[Any]],
    mock: Callable[[], Awaitable[Any]],
    note: Note | None = None,
    answers: Callable[[], bool] = always,
) -> Any:
    """As `lead`, for coroutines."""
    __tracebackhide__ = True
    outer = bypass.get()
    if outer is not None:
        return await (mock() if outer.answering else real())
    one = Bypass(answers)
    token = bypass.set(one)
    try:
        try:
            return _returned(one, note, await real())
        except MockAnswersError:
            one.answering = True
            _note_errors(one, note)
        except BaseException as error:
            _note_missed(one, note, error)
            raise
        try:
            return one.answered(await mock())
        except BaseException:
            one.raised()
            raise
    finally:
        bypass.reset(token)


def _answered(one: Bypass, mock: Callable[[], Any]) -> Any:
    __tracebackhide__ = True
    try:
        return mock()
    except BaseException:
        one.raised()
        raise


def _returned(one: Bypass, note: Note | None, response: Any) -> Any:
    _note_missed(one, note, response)
    return response


def _note_missed(one: Bypass, note: Note | None, got: Any) -> None:
    """Tell the mock of the call, which the case answered with an error; the application got `got` for it."""
    if one.errors > 0:
        one.errors -= 1
        _note_errors(one, note)
        _note_once(note, got)


def _note_errors(one: Bypass, note: Note | None) -> None:
    """Tell the mock of each attempt that the client's engine repeats; else the mock notes its own answer alone."""
    for _ in range(one.errors if one.each else 0):
        _note_once(note, None)


def _note_once(note: Note | None, got: Any) -> None:
    if note is not None:
        with suppress(Exception):  # what the mock notes is its own affair, and no reason to fail
            note(got)


def unread(body: Any) -> Any:
    """A body that can be read again after the real function has read it: what was read of one that cannot."""
    copy = body.whole_copy if issubclass(type(body), Tee) else None
    return body if copy is None else copy


def bound(function: Any, instance: Any) -> Any:
    """What stands in a class, as it is called on an instance: a mock there is called without the instance."""
    get = getattr(type(function), "__get__", None)
    return function if get is None else get(function, instance, type(instance))
