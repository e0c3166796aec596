"""Has a mock or a fake answer a call that is heard, or the real thing while an error case is at work."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from pytest_customerio.clients.mocks.listening import sdk_calls
from pytest_customerio.clients.mocks.listening.note_maker import NotedCalls
from pytest_customerio.clients.mocks.notes.notes import Note, Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.placed.mock_state import refuses
from pytest_customerio.clients.mocks.real_calls.calling_through import CallsThrough
from pytest_customerio.clients.sent import Watched, watched
from pytest_customerio.process.patching import Wrapper
from pytest_customerio.process.recognition import is_mock


class Answers:
    """Gets the answers to calls."""

    def __init__(self, place: Place, calls: NotedCalls, through: CallsThrough) -> None:
        self._place = place
        self._calls = calls
        self._calls_through = through

    def answered(
        self,
        role: Role,
        mock: Any,
        answer: Wrapper,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        notes: Notes,
        note: Note | None,
    ) -> Any:
        """Let the mock answer, and see whether it sends something by itself, or refuses its arguments."""
        __tracebackhide__ = True
        call, refused = Watched(watched.get()), False
        token = watched.set(call)
        try:
            result = answer(mock, *args, **kwargs)
            if inspect.iscoroutine(result) and not is_mock(mock):
                return _watched(result, call, notes, note)
            return result
        except TypeError as error:
            refused = refuses(mock, args, kwargs)
            if refused:
                notes.refuse(self._place.refusal(role.label, error, args, kwargs, role.operation))
            raise
        finally:
            watched.reset(token)
            if note is not None and (call.sent or refused):
                notes.drop(note)
            if not refused:
                if call.outer is not None:
                    call.outer.note_sent()
                notes.recover(role.label, args, kwargs)

    def through(
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
            this = sdk_calls.Call(self._place, role.label, role.operation)
            sdk_calls.refuse(this, call, error, args, kwargs)


async def _watched(result: Coroutine[Any, Any, Any], call: Watched, notes: Notes, note: Note | None) -> Any:
    """A coroutine of a fake: see whether it sends something by itself."""
    __tracebackhide__ = True
    token = watched.set(call)
    try:
        return await result
    finally:
        watched.reset(token)
        if note is not None and call.sent:
            notes.drop(note)
