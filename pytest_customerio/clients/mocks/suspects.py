"""Tells whether a test may put something in the place of an SDK or a client which nothing can be put around.

That are classes, and functions, that are defined within the test; attributes that are assigned while it runs; and mock
libraries other than `unittest.mock`. The compiled code of the test is looked at, and that of its fixtures.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

# Libraries of mocks that put functions of their own into a class, an object or a module.
MOCK_LIBRARIES = frozenset({"doublex", "flexmock", "mockito"})
_STORE = dis.opmap["STORE_ATTR"]
# Functions that a test calls, which are looked at too: steps from the test.
_DEEPEST = 3


class Suspects:
    """Looks at the code of tests, each function once. `names` gives the names of the methods that are heard."""

    def __init__(self, names: Callable[[], frozenset[str]], is_project: Callable[[str], bool]) -> None:
        self._names = names
        self._is_project = is_project
        self._known: dict[FunctionType, bool] = {}

    def any(self, functions: Iterable[FunctionType]) -> bool:
        """Whether one of these functions, or one that they call, may do so."""
        return any(self._is_one(function, 0) for function in functions)

    def _is_one(self, function: FunctionType, depth: int) -> bool:
        known = self._known.get(function)
        if known is None:
            self._known[function] = False  # it may call itself
            known = self._known[function] = self._look(function, depth)
        return known

    def _look(self, function: FunctionType, depth: int) -> bool:
        names, space = self._names(), function.__globals__
        codes = list(_within(function.__code__))
        if any(code.co_name in names or code.co_name == "__getattr__" for code in codes[1:]):
            return True
        if any(_names_arguments(code, names) or _assigns(code, names, space) for code in codes):
            return True
        used = [space[name] for code in codes for name in code.co_names if name in space]
        return any(_is_of_a_mock_library(one) or _makes_attributes(one) or self._calls_one(one, depth) for one in used)

    def _calls_one(self, value: Any, depth: int) -> bool:
        function = getattr(value, "__wrapped__", value)  # of a context manager
        if depth >= _DEEPEST or type(function) is not FunctionType:
            return False
        return self._is_project(function.__code__.co_filename) and self._is_one(function, depth + 1)


def _within(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of all functions and classes that are defined in it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _within(one)


def _names_arguments(code: CodeType, names: frozenset[str]) -> bool:
    """Whether a call names its arguments so: `SimpleNamespace(track=…)`. The names of one call are one constant."""
    return any(type(one) is tuple and not names.isdisjoint(_texts(one)) for one in code.co_consts)


def _texts(values: tuple[Any, ...]) -> Iterator[str]:
    return (one for one in values if type(one) is str)


def _assigns(code: CodeType, names: frozenset[str], space: dict[str, Any]) -> bool:
    """Whether code assigns an attribute of this name, or one of a module or a class: `crm.client = Fake()`."""
    if _STORE not in code.co_code[::2]:
        return False
    before = ""
    for one in dis.get_instructions(code):
        if one.opname == "STORE_ATTR" and (one.argval in names or isinstance(space.get(before), (ModuleType, type))):
            return True
        before = one.argval if one.opname == "LOAD_GLOBAL" else ""
    return False


def _makes_attributes(value: Any) -> bool:
    """Whether a class gives any attribute that it is asked for."""
    return isinstance(value, type) and "__getattr__" in vars(value)


def _is_of_a_mock_library(value: Any) -> bool:
    name = value.__name__ if type(value) is ModuleType else getattr(value, "__module__", None)
    return isinstance(name, str) and name.partition(".")[0] in MOCK_LIBRARIES
