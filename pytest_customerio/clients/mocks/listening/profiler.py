"""Hears the calls that the application makes to fakes which nothing was put around, by Python's hook for profilers.

Such a fake is a function or class that a test defines while it runs, or a function of another library of mocks. The
hook slows Python down, so it is set only during a test whose code may make such a fake (`suspects`). It sees a call
and changes nothing. Where another profiler is at work, nothing is heard.
"""

from __future__ import annotations

import ast
import dis
import inspect
import sys
import threading
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pytest_customerio.clients.mocks.handed_over.fakes import HandedOverFakes
from pytest_customerio.clients.mocks.handed_over.intended import Intended
from pytest_customerio.clients.mocks.handed_over.lookalikes import Lookalikes
from pytest_customerio.clients.mocks.handed_over.suspects import MOCK_LIBRARIES
from pytest_customerio.clients.mocks.listening.note_maker import NoteMaker
from pytest_customerio.clients.mocks.notes.notes import Note, Notes, double_of
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.source_code.syntax import last_name


@dataclass(eq=False, slots=True)
class _Running:
    """The call of a fake that runs now, in its frame; `real` says that it called the real thing, which is heard."""

    frame: FrameType
    notes: Notes
    note: Note | None
    token: Any = None
    real: bool = False


_running: ContextVar[_Running | None] = ContextVar("cio_profiled", default=None)
# Namespaces that are remembered from one test to the next.
MOST = 10_000
Given = tuple[tuple[Any, ...], dict[str, Any]]
_RECEIVERS = frozenset({"self", "cls", "_self", "this", "runtime_self"})
_YIELD = dis.opmap["YIELD_VALUE"]


class ProfiledCalls:
    """Hears calls between `start` and `stop`."""

    def __init__(
        self,
        known: Known,
        lookalikes: Lookalikes,
        intended: Intended,
        handed_over: HandedOverFakes,
        calls: NoteMaker,
        place: Place,
    ) -> None:
        self._known = known
        self._lookalikes = lookalikes
        self._intended = intended
        self._handed_over = handed_over
        self._calls = calls
        self._place = place
        self._active = False
        # By the identity of a module's namespace: whether its functions may be fakes, or call some. The namespaces.
        self._fakes: dict[int, bool] = {}
        self._callers: dict[int, bool] = {}
        self._alive: list[dict[str, Any]] = []
        self._open: dict[int, _Running] = {}

    def start(self) -> None:
        """Listen from now on, in this thread and in those that it starts."""
        if not self._active and sys.getprofile() is threading.getprofile() is None:
            self._active = True
            threading.setprofile(self.see)
            sys.setprofile(self.see)

    def stop(self) -> None:
        """Listen no more. Threads that are still at work call `see` until they end."""
        if self._active:
            self._active = False
            # A profiler that the test started goes on.
            if sys.getprofile() == self.see:
                sys.setprofile(None)
            if threading.getprofile() == self.see:
                threading.setprofile(None)
            self._open.clear()
            if len(self._alive) > MOST:
                for one in (self._alive, self._fakes, self._callers):
                    one.clear()

    def see(self, frame: FrameType, event: str, _: object) -> None:
        """Python calls a function, or returns from one."""
        if event == "call":
            # Neither the code of a frame nor its file: reading these is an audit event, which is slow.
            space = frame.f_globals
            is_fake = self._fakes.get(id(space))
            if is_fake is None:
                is_fake = self._look_at(space)
            if is_fake or _running.get() is not None:
                with suppress(Exception):  # what goes wrong here would be raised in the application
                    self._call(frame, is_fake=is_fake)
        elif event == "return" and self._open and id(frame) in self._open:
            self._end(frame)

    def _look_at(self, space: dict[str, Any]) -> bool:
        name, file = str(space.get("__name__", "")), space.get("__file__")
        file = file if isinstance(file, str) else ""
        is_test = self._place.is_test(name, file)
        is_fake = is_test or name.partition(".")[0] in MOCK_LIBRARIES
        self._alive.append(space)
        self._callers[id(space)] = not is_test and (self._place.is_project(file) or self._known.is_sdk(file))
        self._fakes[id(space)] = is_fake
        return is_fake

    def _call(self, frame: FrameType, *, is_fake: bool) -> None:
        if not self._active:
            return
        again = self._open.get(id(frame))
        if again is not None:  # a coroutine goes on
            again.token = _running.set(again)
            return
        running = _running.get()
        if running is not None:
            running.real = running.real or self._known.is_real(frame.f_code)
        elif is_fake and self._is_called_by_the_application(frame):
            self._begin(frame)

    def _is_called_by_the_application(self, frame: FrameType) -> bool:
        back = frame.f_back
        if back is None:
            return False
        if id(back.f_globals) not in self._callers:
            self._look_at(back.f_globals)
        return self._callers[id(back.f_globals)]

    def _begin(self, frame: FrameType) -> None:
        back, notes = frame.f_back, self._place.notes()
        call = self._intended.call(back) if back is not None and notes is not None else None
        if call is None or back is None or notes is None:
            return
        name = last_name(call.func)
        if name not in self._lookalikes.names:
            return
        this = frame.f_locals.get(frame.f_code.co_varnames[0]) if frame.f_code.co_argcount else None
        given = _given(frame, call, self._intended.owner(back))
        role = self._handed_over.role(this, name, back, *given)
        located = self._calls.located(role, None, *given) if role is not None else None
        if located is None:
            return
        note = None
        if notes.replaying():
            place = located.label.rpartition(".")[0] if located.kind == "method" else located.label
            notes.unknown[double_of(place, fake=True)] += 1
        else:
            note = self._calls.note(notes, located, *given, fake=True, sent_from=self._place.at(back))
        running = self._open[id(frame)] = _Running(frame, notes, note)
        running.token = _running.set(running)

    def _end(self, frame: FrameType) -> None:
        """A fake returns, or a coroutine of one waits."""
        running = self._open[id(frame)]
        with suppress(ValueError):  # it goes on in another context
            _running.reset(running.token)
        waits = frame.f_code.co_flags & inspect.CO_COROUTINE and _is_suspended(frame)
        if not waits:
            del self._open[id(frame)]
            if running.real and running.note is not None:
                running.notes.drop(running.note)


def _is_suspended(frame: FrameType) -> bool:
    """Whether a coroutine waits and goes on later."""
    # A frame of CPython 3.11 and 3.12 stands at the instruction that yields, one of 3.13 at the instruction behind it.
    # Without the second look, a call of an asynchronous fake would be over at its first `await`.
    code, at = frame.f_code.co_code, frame.f_lasti
    return _YIELD in (code[at], code[max(at - 2, 0)])


def _given(frame: FrameType, call: ast.Call, owner: object) -> Given:
    """The arguments of a call, as the code of the caller gives them to the parameters of the function.

    `owner` is the object whose method is called, as far as it is known. A parameter that the code does not name may
    come out of `**data`, or be a default: None counts as one.
    """
    by_place, by_name, rest = _taken(frame)
    starred = any(isinstance(one, ast.Starred) for one in call.args)
    several = len(by_place) if starred else len(call.args)
    surplus = bool(by_place) and not by_place[-1][0]  # of `*args`
    if by_place and _is_receiver(*by_place[0], owner, surplus=surplus and len(by_place) > several):
        del by_place[0]
    args = by_place[:several]
    while starred and not surplus and args and args[-1][1] is None:
        args.pop()
    named = dict(by_place[several:]) | by_name
    explicit = {one.arg for one in call.keywords}
    kwargs = {
        name: value for name, value in named.items() if name in explicit or (None in explicit and value is not None)
    }
    return tuple(value for _, value in args), {**kwargs, **rest}


def _taken(frame: FrameType) -> tuple[list[tuple[str, Any]], dict[str, Any], dict[str, Any]]:
    """What the parameters of a function have been given: by place, also by `*args`, by name only, and by `**kwargs`."""
    code, values = frame.f_code, frame.f_locals
    names, flags = code.co_varnames, code.co_flags
    after = code.co_argcount + code.co_kwonlyargcount
    more: tuple[Any, ...] = values[names[after]] if flags & inspect.CO_VARARGS else ()
    by_place = [(name, values[name]) for name in names[: code.co_argcount]] + [("", one) for one in more]
    by_name = {name: values[name] for name in names[code.co_argcount : after]}
    last = names[after + bool(flags & inspect.CO_VARARGS)] if flags & inspect.CO_VARKEYWORDS else ""
    return by_place, by_name, values[last] if last else {}


def _is_receiver(name: str, value: object, owner: object, *, surplus: bool) -> bool:
    """Whether a function was given this as the object whose method it is."""
    return name in _RECEIVERS or surplus or (value is owner and value is not None)
