"""While an error case is at work, a mock calls through to the real thing, so that the error reaches the application."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from typing import Any, cast

from pytest_customerio.clients.mocks.known import Built, Known, Role
from pytest_customerio.clients.mocks.libraries import AIOHTTP, CDP
from pytest_customerio.clients.mocks.standins import inner, is_mock


class Through:
    """The real instances that stand behind mocks while a case is at work."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._made: list[tuple[Any, type, Any]] = []

    def real(self, role: Role) -> Callable[..., Any] | None:
        """What a mock calls instead of answering; None where that cannot be made here.

        A session of aiohttp would have to be closed by us, and a client of the CDP SDK to be flushed. A session that
        was mocked as a whole was given its credentials where nobody sees them.
        """
        if role.library in (AIOHTTP, CDP):
            return None
        if role.kind == "function":
            return cast("Callable[..., Any]", role.real)
        if not role.library.sdk and (role.instance is None or type(role.instance) is Built):
            return None
        instance = self._instance(role)
        method = self._known.method(type(instance), role.path[0]) if len(role.path) == 1 else None
        if method is not None:
            return method.__get__(instance)
        with suppress(AttributeError):  # a method that there is not: the mock answers, and it is judged at the end
            found = attrgetter(".".join(role.path))(instance)
            return None if is_mock(inner(found)) else found
        return None

    def _instance(self, role: Role) -> Any:
        given = role.instance
        if given is not None and type(given) is not Built:
            return given
        for built, cls, made in self._made:
            if built is given and cls is role.real:
                return made
        made = self._make(role, given)
        self._made.append((given, role.real, made))
        return made

    def _make(self, role: Role, given: Any) -> Any:
        if type(given) is Built:
            with suppress(Exception):  # what its constructor refuses is told of the call of the class
                return role.real(*given.args, **given.kwargs)
        return blind(self._known, role)


def blind(known: Known, role: Role, **more: object) -> Any:
    """An instance of a class whose constructor's arguments are not known."""
    base, made = known.known_class(role.real), role.real.__new__(role.real)
    assert base is not None
    base.real.__init__(made, *role.library.classes[base.name], **more)
    return made
