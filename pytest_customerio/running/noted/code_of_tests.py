"""The functions that a test consists of, and the values that its fixtures gave it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pytest_customerio.process.recognition import is_machinery_file

if TYPE_CHECKING:
    import pytest

# Functions of a module that run around its tests: pytest's own, and unittest's.
_SETUPS = ("setup_module", "setup_function", "setUpModule")


def values_of(item: pytest.Item) -> Iterable[object]:
    """What the fixtures gave a test."""
    given: dict[str, object] = getattr(item, "funcargs", {})
    return given.values()


def objects_of(item: pytest.Item | None) -> Iterable[object]:
    """What the fixtures gave a test, and the object whose method it is."""
    return (*(values_of(item) if item else ()), getattr(item, "instance", None))


class CodeOfTests:
    """Reads the functions of tests, once for all items of a test function: they share what pytest knows of fixtures."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, tuple[FunctionType, ...]]] = {}

    def functions(self, item: pytest.Item) -> tuple[FunctionType, ...]:
        """The functions that a test consists of (`functions_of`)."""
        shared = getattr(item, "_fixtureinfo", None)
        known = self._known.get(id(shared))
        if known is None or shared is None:
            known = self._known[id(shared)] = (shared, tuple(functions_of(item)))
        return known[1]


def functions_of(item: pytest.Item) -> Iterator[FunctionType]:
    """The function of a test, those of its class, of its module's setup, and of its fixtures, as far as pytest and its
    plugins do not define them.
    """
    function = getattr(item, "function", None)
    yield from filter(_is_function, [getattr(function, "__func__", function)])
    yield from filter(_is_function, (getattr(getattr(item, "module", None), name, None) for name in _SETUPS))
    cls = getattr(item, "cls", None)
    for one in cls.__mro__[:-1] if cls is not None else ():
        if one.__module__ != "unittest.case":
            yield from filter(_is_function, vars(one).values())
    # Private in pytest 8 and 9. Without it the functions of fixtures are not looked at.
    fixtures: Any = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    made = filter(_is_function, (several[-1].func for several in fixtures.values()))
    yield from (one for one in made if not is_machinery_file(one.__code__.co_filename))  # pytest's, as for parameters


def _is_function(value: object) -> bool:
    return type(value) is FunctionType
