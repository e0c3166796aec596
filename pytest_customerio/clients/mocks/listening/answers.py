"""Has a mock or a fake answer a call that is heard, or the real thing while an error case is at work."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from pytest_customerio.clients.mocks.listening import sdk_calls
from pytest_customerio.clients.mocks.listening.note_maker import NoteMaker
from pytest_customerio.clients.mocks.notes.notes import Note, Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.placed.mock_state import refuses
from pytest_customerio.clients.mocks.real_calls.calling_through import CallsThrough, or_answered
from pytest_customerio.clients.sent import Watched, watched
from pytest_customerio.process.patching import Wrapper
from pytest_customerio.process.recognition import is_mock


class Call(NamedTuple):
    """One call of a mock or a fake that is noted, in `note` unless it is like those before."""

    role: Role
    mock: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    notes: Notes
    note: Note | None


class Answers:
    """Gets the answers to calls."""

    def __init__(self, place: Place, calls: NoteMaker, through: CallsThrough) -> None:
        self._place = place
        self._calls = calls
        self._calls_through = through

    def answered(self, this: Call, answer: Wrapper) -> Any:
        """Let the mock answer, and see whether it sends something by itself, or refuses its arguments."""
        __tracebackhide__ = True
        call, refused = Watched(watched.get()), False
        token = watched.set(call)
        try:
            result = answer(this.mock, *this.args, **this.kwargs)
            is_pending = inspect.iscoroutine(result) and not is_mock(this.mock)
            return _watched(result, call, this) if is_pending else result
        except TypeError as error:
            refused = refuses(this.mock, this.args, this.kwargs)
            if refused:
                role = this.role
                this.notes.refuse(self._place.refusal(role.label, error, this.args, this.kwargs, role.operation))
            raise
        finally:
            watched.reset(token)
            _end(this, call, refused=refused)

    def real(
        self, role: Role, mock: Any, given: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[], Any] | None:
        """The call of the real thing; None where it cannot be made, or has arguments such as mocks."""
        if self._calls.copied(given, kwargs) is None:
            return None
        refuse = functools.partial(self._refuse, role, given, kwargs)
        return self._calls_through.call(replace(role, instance=self._calls.instance(role)), mock, given, kwargs, refuse)

    def _refuse(
        self, role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any], call: Watched, error: Exception
    ) -> None:
        """While an error case is at work, a call of the real thing raised; only what an SDK raises is a refusal."""
        if role.library.sdk:
            this = sdk_calls.Method(self._place, role.label, role.operation)
            sdk_calls.refuse(this, call, error, args, kwargs)


def replayed(real: Callable[[], Any], mock: Any, answer: Wrapper, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Have the real thing answer, and the mock where the error case does not; a mock notes the call either way."""
    __tracebackhide__ = True
    if is_mock(mock):
        mock._mock_check_sig(*args, **kwargs)
        mock._increment_mock_call(*args, **kwargs)
        # Private in CPython 3.11 to 3.14: the answer of a mock whose call is noted already.
        answer = type(mock)._execute_mock_call
    return or_answered(real, functools.partial(answer, mock, *args, **kwargs))


def _end(this: Call, call: Watched, *, refused: bool) -> None:
    if this.note is not None and (call.sent or refused):
        this.notes.drop(this.note)
    if not refused:
        if call.outer is not None:
            call.outer.note_sent()
        this.notes.recover(this.role.label, this.args, this.kwargs)


async def _watched(result: Coroutine[Any, Any, Any], call: Watched, this: Call) -> Any:
    """A coroutine of a fake: see whether it sends something by itself."""
    __tracebackhide__ = True
    token = watched.set(call)
    try:
        return await result
    finally:
        watched.reset(token)
        if this.note is not None and call.sent:
            this.notes.drop(this.note)
