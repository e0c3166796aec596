"""What stood in the attributes of the libraries when they were imported, and where something else stands now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from operator import is_, itemgetter
from types import FunctionType, ModuleType
from typing import Any

from pytest_customerio.clients.mocks.originals.libraries import Library
from pytest_customerio.clients.mocks.originals.roles import Role

# What the libraries use of the standard library, and tests like to replace.
_STANDARD = ("json", "time", "uuid")

MISSING = object()


class Attributes:
    """The functions, classes, modules and properties in the modules and classes of the libraries."""

    def __init__(self) -> None:
        self._names: dict[type, frozenset[str]] = {}
        self._originals: dict[tuple[int, str], tuple[Any, str, Any]] = {}
        # The public ones: owner, what takes them out of its namespace, their names, and what stood there.
        self._public: list[tuple[Any, Callable[[Any], tuple[Any, ...]], tuple[str, ...], tuple[Any, ...]]] = []

    def learn(self, library: Library, classes: Iterable[type], role: Callable[[int], Role | None]) -> None:
        """Take in a library, of which these are the public `classes`; `role` is that of an object, by its identity."""
        self._names |= {cls: frozenset(vars(cls)) for cls in classes}
        for owner in _namespaces(library, classes):
            public: dict[str, Any] = {}
            for name, value in vars(owner).items():
                if not name.startswith("__") and (callable(value) or isinstance(value, (ModuleType, property))):
                    self._originals.setdefault((id(owner), name), (owner, name, value))
                    known = None if isinstance(value, (ModuleType, property)) else role(id(value))
                    if known is not None and known.library is library:
                        public[name] = value
            if public:
                one, *more = public
                take = itemgetter(one, *(more or [one]))  # of a single name it would give no tuple
                self._public.append((owner, take, tuple(public), tuple(public.values())))

    def originals(self) -> Iterator[tuple[Any, str, Any]]:
        """Where something else stands now than when the library was taken in: owner, name, what stood there.

        `MISSING` stood where a class inherited what was put on it since.
        """
        for owner, name, original in list(self._originals.values()):
            if vars(owner).get(name) is not original:
                yield owner, name, original
        for cls, names in list(self._names.items()):
            yield from ((cls, name, MISSING) for name in set(vars(cls)) - names)

    def replaced(self) -> Iterator[tuple[Any, str, Any]]:
        """The public classes, methods and functions in whose place something else stands: owner, name, original."""
        for owner, take, names, originals in self._public:
            space = vars(owner)
            try:
                if all(map(is_, take(space), originals)):
                    continue
            except KeyError:  # one was deleted: nothing stands in its place
                pass
            known = zip(names, originals, strict=True)
            yield from ((owner, name, one) for name, one in known if space.get(name, one) is not one)

    def method(self, cls: type, name: str) -> FunctionType | None:
        """The real method of a class, whatever stands for it now."""
        for one in cls.__mro__:
            added = one in self._names and name not in self._names[one]
            _, _, found = self._originals.get((id(one), name)) or (one, name, None if added else vars(one).get(name))
            if type(found) is FunctionType:
                return found
        return None


def _namespaces(library: Library, classes: Iterable[type]) -> list[Any]:
    """The modules in which a library is, or finds its own classes, and all of these classes with their bases."""
    names = (library.module, *library.lookups, *_STANDARD)
    modules = [sys.modules[name] for name in names if name in sys.modules]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    own = {one for one in found for module in modules if one.__module__ == module.__name__}
    own |= {base for cls in classes for base in cls.__mro__[:-1]}
    own |= {getattr(sys.modules[home], name) for home, name, _ in library.members if home in sys.modules}
    return [*modules, *own]
