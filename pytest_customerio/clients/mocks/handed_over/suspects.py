"""Tells whether a test may put something in the place of an SDK or a client which nothing can be put around.

That are classes, and functions, that are defined within the test; attributes that are assigned while it runs; and mock
libraries other than `unittest.mock`. The compiled code of the test is looked at, and that of its fixtures.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from pytest_customerio.clients.mocks.notes.place import Place

# Libraries of mocks that put functions of their own into a class, an object or a module.
MOCK_LIBRARIES = frozenset({"doublex", "flexmock", "mockito"})
# Methods of clients that are not the names of too much else.
_SENDING = frozenset({"post", "put", "patch", "urlopen", "__getattr__"})
_STORE = dis.opmap["STORE_ATTR"]
# Functions that a test calls, which are looked at too: steps from the test.
_DEEPEST = 3


class Suspects:
    """Looks at the code of tests, each function once. `names` gives the names of SDKs' methods and classes."""

    def __init__(self, names: Callable[[], frozenset[str]], place: Place) -> None:
        self._names = names
        self._place = place
        self._known: dict[FunctionType, bool] = {}

    def any(self, functions: Iterable[FunctionType]) -> bool:
        """Whether one of these functions, or one that they call, may do so."""
        return any(self._is_one(function, 0) for function in functions)

    def _is_one(self, function: FunctionType, depth: int) -> bool:
        known = self._known.get(function)
        if known is None:
            self._known[function] = False  # it may call itself
            is_own = self._place.is_project(function.__code__.co_filename)
            known = self._known[function] = is_own and self._look(function, depth)
        return known

    def _look(self, function: FunctionType, depth: int) -> bool:
        names, space = self._names(), function.__globals__
        codes = list(_within(function.__code__))
        if any(code.co_name in names or code.co_name in _SENDING for code in codes[1:]):
            return True
        if any(_names_arguments(code, names) or _assigns(code, names, space) for code in codes):
            return True
        used = [space[name] for code in codes for name in code.co_names if name in space]
        return any(self._is_suspect(one, depth) for one in used)

    def _is_suspect(self, value: Any, depth: int) -> bool:
        """Whether something that a test uses is of a mock library, a class that has any attribute, or a suspect."""
        # By its type: to ask a lazy proxy for an attribute, or for its class, would make what it stands for.
        kind = type(value)
        is_class = issubclass(kind, type)
        name = value.__name__ if kind is ModuleType else value.__module__ if is_class or kind is FunctionType else ""
        if str(name).partition(".")[0] in MOCK_LIBRARIES:
            return True
        if is_class:
            file = getattr(sys.modules.get(name), "__file__", None)
            return "__getattr__" in vars(value) and self._place.is_test(name, file or "")
        called = getattr(value, "__wrapped__", value) if kind is FunctionType else None  # of a context manager
        return depth < _DEEPEST and type(called) is FunctionType and self._is_one(called, depth + 1)


def _within(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of all functions and classes that are defined in it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _within(one)


def _names_arguments(code: CodeType, names: frozenset[str]) -> bool:
    """Whether a call names its arguments so: `SimpleNamespace(track=…)`. The names of one call are one constant."""
    return any(type(one) is tuple and any(name in names for name in one if type(name) is str) for one in code.co_consts)


def _assigns(code: CodeType, names: frozenset[str], space: dict[str, Any]) -> bool:
    """Whether code assigns an attribute of this name, or one of a module or a class: `crm.client = Fake()`."""
    if _STORE not in code.co_code[::2]:
        return False
    before = ""
    for one in dis.get_instructions(code):
        if one.opname == "STORE_ATTR" and (one.argval in names or _is_place(space.get(before))):
            return True
        before = one.argval if one.opname == "LOAD_GLOBAL" else ""
    return False


def _is_place(value: Any) -> bool:
    return type(value) is ModuleType or issubclass(type(value), type)
