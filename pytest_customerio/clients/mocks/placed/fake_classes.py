"""Hears classes of the project in the place of an SDK's or a client's: `monkeypatch.setattr(crm, "CustomerIO", Fake)`.

Their methods are replaced by ones that are heard and do the same, until the end of the run. What such a fake is called
with is judged as a call of a mock is. While an error case is at work, the real method is called in its place.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import FrameType, FunctionType, MethodType
from typing import Any
from weakref import WeakKeyDictionary

from pytest_customerio.clients.mocks.notes.arguments import copied
from pytest_customerio.clients.mocks.originals.calls import is_heard
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.roles import Built, Role, child
from pytest_customerio.clients.mocks.placed.fake_functions import FAKE, referred
from pytest_customerio.process.patching import Patches

# Whether a method of a fake runs now: what it calls of its own is no call of the application.
_within: ContextVar[bool] = ContextVar("cio_fake", default=False)
# What a call of a fake stands for that was put nowhere: given the fake, the method's name, the frame and the arguments.
RoleOfCall = Callable[[Any, str, FrameType, tuple[Any, ...], dict[str, Any]], Role | None]


@dataclass(slots=True)
class _Method:
    """One method of a fake; `role` is what it stands for, once its class or an object of it was put somewhere."""

    name: str
    function: FunctionType
    kind: type
    role: Role | None = None

    def bound(self, this: Any) -> MethodType:
        """The method of an object; a static one is given nothing of it."""
        if self.kind is staticmethod:
            return MethodType(lambda _, *args, **kwargs: self.function(*args, **kwargs), self)
        return MethodType(self.function, this)


class FakeClasses:
    """The classes of the project that were put in the place of a known class, or whose objects were.

    `by_call` tells what a call of any other fake stands for.
    """

    def __init__(
        self, known: Known, hear: Callable[..., Any], is_project: Callable[[str], bool], by_call: RoleOfCall
    ) -> None:
        self._known = known
        self._hear = hear
        self._is_project = is_project
        self._by_call = by_call
        # How the application built each fake, or the real instance in whose place it is.
        self._instances: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def heard(self, role: Role, fake: Any, patches: Patches) -> bool:
        """Have the methods of a fake heard that the real class has too; whether it has any."""
        cls = fake if isinstance(fake, type) else type(fake)
        if role.kind not in ("class", "instance"):
            return False
        instance = Role("instance", role.real, role.label, role.library)
        methods = [child(instance, name) for name in dir(role.real) if is_heard(child(instance, name))]
        there = [self._replace(cls, one.name, one, patches) for one in methods]
        if any(there) and fake is cls:
            self._note_built(cls, patches)
        elif any(there) and role.instance is not None:
            self._note(fake, role.instance)
        return any(there)

    def hides(self, role: Role, fake: Any) -> bool:
        """Whether a fake hides what the application would send: a class or an object that is none of the SDK's own."""
        if role.kind not in ("class", "instance") or fake is None:
            return False
        return not isinstance(fake, FunctionType) and self._known.role(fake) is None

    def watch(self, cls: type, names: Iterable[str], patches: Patches) -> None:
        """Have these methods of a class heard where a call says what they stand for: the class was put nowhere."""
        for name in names:
            self._replace(cls, name, None, patches)

    def _replace(self, cls: type, name: str, role: Role | None, patches: Patches) -> bool:
        found = self._own(cls, name)
        if found is None:
            return False
        function = _function(found)
        assert function is not None
        method = vars(function).get(FAKE)
        if method is None:
            method = _Method(name, function, type(found))
            made = self._hearing(method)
            patches.put(cls, name, made if type(found) is FunctionType else type(found)(made))
        method.role = role or method.role
        return True

    def _own(self, cls: type, name: str) -> Any:
        """A method that is a function of the project, and does not call the real one; as it stands in the class."""
        found = inspect.getattr_static(cls, name, None)
        function = _function(found)
        if function is None or not self._is_project(inspect.unwrap(function).__code__.co_filename):
            return None
        passes_on = any(self._known.role(one) is not None for one in referred(function))
        return None if passes_on or self._may_call_its_base(cls, function) else found

    def _may_call_its_base(self, cls: type, method: FunctionType) -> bool:
        """Whether a method of a class that is derived from a real one may call that one's."""
        if self._known.known_class(cls) is None:
            return False
        bases = {one.__name__ for one in cls.__mro__[1:]}
        return not bases.union(["super"]).isdisjoint(method.__code__.co_names)

    def _hearing(self, method: _Method) -> Any:
        function = method.function

        def call(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return self._call(method, args, kwargs, sys._getframe(1))

        async def acall(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return await self._call(method, args, kwargs, sys._getframe(1))

        made = functools.wraps(function)(acall if inspect.iscoroutinefunction(function) else call)
        vars(made)[FAKE] = method
        return made

    def _call(self, method: _Method, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
        __tracebackhide__ = True
        function = method.function
        if _within.get() or not (args or method.kind is staticmethod):
            return function(*args, **kwargs)
        this, given = (None, args) if method.kind is staticmethod else (args[0], args[1:])
        role = method.role or self._by_call(this, method.name, frame, given, kwargs)
        if role is None:
            return function(*args, **kwargs)
        instance = self._instance(this)
        made = replace(role, instance=instance) if instance is not None else role
        return self._hear(made, method.bound(this), _answer, given, kwargs)

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


def _function(found: Any) -> FunctionType | None:
    """The function of a method, also of a static one and of one of the class."""
    inside = found.__func__ if isinstance(found, (staticmethod, classmethod)) else found
    return inside if type(inside) is FunctionType else None


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
