"""Hears classes of the project in the place of an SDK's or a client's: `monkeypatch.setattr(crm, "CustomerIO", Fake)`.

Their methods are replaced by ones that are heard and do the same, until the end of the run. What such a fake is called
with is judged as a call of a mock is; while an error case is at work it is in the way, because it holds a state.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from pytest_customerio.clients.mocks.arguments import copied
from pytest_customerio.clients.mocks.calls import is_heard
from pytest_customerio.clients.mocks.fakes import FAKE, referred
from pytest_customerio.clients.mocks.known import Known
from pytest_customerio.clients.mocks.roles import Built, Role, child
from pytest_customerio.process.patching import Patches

# Whether a method of a fake runs now: what it calls of its own is no call of the application.
_within: ContextVar[bool] = ContextVar("cio_fake", default=False)


class FakeClasses:
    """The classes of the project that were put in the place of a known class, or whose objects were."""

    def __init__(self, known: Known, hear: Callable[..., Any], is_project: Callable[[str], bool]) -> None:
        self._known = known
        self._hear = hear
        self._is_project = is_project
        # How the application built each fake, or the real instance in whose place it is.
        self._instances: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def heard(self, role: Role, fake: Any, patches: Patches) -> bool:
        """Have the methods of a fake heard that the real class has too; whether it has any."""
        cls = fake if isinstance(fake, type) else type(fake)
        if role.kind not in ("class", "instance"):
            return False
        instance = Role("instance", role.real, role.label, role.library)
        methods = [name for name in dir(role.real) if is_heard(child(instance, name))]
        there = [self._replace(cls, child(instance, name), patches) for name in methods]
        if any(there) and fake is cls:
            self._note_built(cls, patches)
        elif any(there) and role.instance is not None:
            self._note(fake, role.instance)
        return any(there)

    def _replace(self, cls: type, role: Role, patches: Patches) -> bool:
        method = self._own(cls, role.name)
        if method is None:
            return False
        if FAKE not in vars(method):
            patches.put(cls, role.name, self._hearing(role, method))
        return True

    def _own(self, cls: type, name: str) -> FunctionType | None:
        """A method that is a function of the project, and does not call the real one."""
        found = inspect.getattr_static(cls, name, None)
        if type(found) is not FunctionType or not self._is_project(inspect.unwrap(found).__code__.co_filename):
            return None
        passes_on = any(self._known.role(one) is not None for one in referred(found))
        return None if passes_on or (self._known.known_class(cls) is not None and _may_pass_on(found)) else found

    def _hearing(self, role: Role, method: FunctionType) -> Any:
        hear = self._hear

        def call(this: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if _within.get():
                return method(this, *args, **kwargs)
            made = replace(role, instance=self._instance(this))
            return hear(made, method.__get__(this), _answer, args, kwargs)

        async def acall(this: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return await call(this, *args, **kwargs)

        made = functools.wraps(method)(acall if inspect.iscoroutinefunction(method) else call)
        vars(made)[FAKE] = True
        return made

    def _note(self, fake: Any, instance: Any) -> None:
        with suppress(TypeError):  # it cannot be hashed, or allows no weak reference
            self._instances[fake] = instance

    def _instance(self, fake: Any) -> Any:
        try:
            return self._instances.get(fake)
        except TypeError:
            return None

    def _note_built(self, cls: type, patches: Patches) -> None:
        """Note what instances are built with, as the application builds the real class."""
        method = inspect.getattr_static(cls, "__init__")
        if type(method) is FunctionType and FAKE not in vars(method):
            patches.put(cls, "__init__", self._building(method))

    def _building(self, method: FunctionType) -> Any:
        @functools.wraps(method)
        def init(this: Any, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            given = copied(args, kwargs, self._known.is_message)
            if given is not None:
                self._note(this, Built(given.args, given.kwargs))
            method(this, *args, **kwargs)

        vars(init)[FAKE] = True
        return init


def _may_pass_on(method: FunctionType) -> bool:
    """Whether a method of a class that is derived from a real one may call that one's."""
    return "super" in method.__code__.co_names or inspect.iscoroutinefunction(method)


def _answer(fake: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    __tracebackhide__ = True
    token = _within.set(True)
    try:
        result = fake(*args, **kwargs)
    finally:
        _within.reset(token)
    return _later(result) if inspect.iscoroutine(result) else result


async def _later(result: Coroutine[Any, Any, Any]) -> Any:
    __tracebackhide__ = True
    token = _within.set(True)
    try:
        return await result
    finally:
        _within.reset(token)
