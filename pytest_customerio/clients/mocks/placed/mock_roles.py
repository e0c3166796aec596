"""Which mocks stand for something known: each says it of itself, or the mock whose attribute or result it is.

An autospecced function is a function: its globals hold `_checksig_`, which checks the arguments. That is private in
CPython 3.11 to 3.14, and in the backport `mock` 5; without it a call that such a function refuses is not reported.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.roles import Built, Role, called, child
from pytest_customerio.clients.mocks.placed.mock_state import MESSAGE, OTHER, ROLE, inner
from pytest_customerio.process.patching import Wrapper
from pytest_customerio.process.recognition import is_mock

# Where a mock keeps what it stands for by what its parent stands for.
DERIVED = "_mock_cio_derived"
_CHECK = "_checksig_"


class MockRoles:
    """The mocks that stand for something known."""

    def __init__(
        self, known: Known, checking: Callable[[Any, Wrapper], Wrapper], faking: Callable[[Role, Any], Any]
    ) -> None:
        self._known = known
        self._checking = checking
        self._faking = faking
        # How many mocks were given a role: one that had none may be the child of a mock that got one since.
        self.count = 0
        # Whether one of them stands for a whole module, whose classes are mocks too, or for a class of messages.
        self.values = False

    def role(self, mock: Any) -> Role | None:
        """What a mock stands for, looked up through those whose attribute or result it is."""
        state = mock.__dict__
        own = state.get(ROLE)
        if type(own) is int:
            if own == self.count:
                return None
            own = None
        if own is not None and own.instance is not None:
            return own if isinstance(own, Role) else None
        found = self._inherited(state) or own
        if found is None:
            state[ROLE] = self.count
        return found

    def give(self, mock: Any, role: Role | None) -> None:
        """Say what a mock, or an autospecced function, stands for."""
        given, mock = mock, inner(mock)
        if role is None or not is_mock(mock):
            return
        mock.__dict__[ROLE] = role
        self.values |= role.kind == "module"
        self.count += 1
        if given is not mock and _CHECK in given.__globals__:
            given.__globals__[_CHECK] = self._checking(mock, given.__globals__[_CHECK])

    def stands(self, new: Any, role: Role | None, original: Any) -> Any:
        """Say what a mock stands for that was put in the place of an original.

        Returns what is to be put there instead of a fake, None where it is no fake of something known.
        """
        mock = inner(new)
        if not is_mock(mock):
            role = role or self._known.role(original)
            return self._faking(role, new) if role is not None and new is not original else None
        role = role or self._original(original)
        self.give(new, role)
        if role is None and original is not None and not is_mock(inner(original)):
            vars(mock).setdefault(OTHER, _is_object(original))
            if isinstance(original, type) and self._known.is_message(original):
                vars(mock)[MESSAGE] = original
                self.values = True
        return None

    def give_module(self, fake: Any, role: Role) -> None:
        """Say what something in `sys.modules` stands for: a mock, or an object of the project that holds some."""
        if is_mock(fake):
            self.give(fake, role)
        own = getattr(fake, "__dict__", {}) if role.kind == "module" else {}
        for name, new in [(name, own[name]) for name in vars(role.real) if name in own] if own else ():
            known = self._known.role(getattr(role.real, name))
            heard = self.stands(new, known, getattr(role.real, name)) if known is not None else None
            if heard is not None:
                setattr(fake, name, heard)

    def built(self, result: Any, role: Role, built: Built | None) -> None:
        """A class was called: its result stands for an instance that was built like this."""
        self.give(result, replace(role, kind="instance", instance=built))

    def _inherited(self, state: dict[str, Any]) -> Role | None:
        parent = state.get("_mock_new_parent")
        base = self.role(parent) if parent is not None else None
        if base is None:
            return None
        known = state.get(DERIVED)
        if known is not None and known[0] is base:
            return cast("Role | None", known[1])
        name = state["_mock_new_name"]
        found = called(base) if name == "()" else self._child(base, str(name))
        state[DERIVED] = (base, found)
        return found

    def _child(self, base: Role, name: str) -> Role | None:
        if base.kind == "module":
            return self._known.role(getattr(base.real, name, None))
        return None if base.kind == "function" else child(base, name)

    def _original(self, real: Any) -> Role | None:
        real = inner(real)
        return self.role(real) if is_mock(real) else self._known.role(real)


def _is_object(value: Any) -> bool:
    """Whether this is what code meant when it named it.

    No function, class or property, which gives another object, and no lazy proxy, which claims to be of another class.
    """
    kind = type(value)
    lazy = kind is functools.partial or any("__class__" in vars(one) for one in kind.__mro__[:-1])
    return not lazy and not issubclass(kind, type) and not hasattr(kind, "__get__")
