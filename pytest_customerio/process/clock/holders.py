"""Finds what else holds a function that tells or spends time: defaults of parameters, closures, classes and objects.

An application has a parameter `sleep=time.sleep` or `clock=time.monotonic`, so that its tests can pass another one.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.process.patching import standing
from pytest_customerio.process.recognition import is_machinery_module

# From an object of a fixture to the client that it holds, to the transport of that client, to the policy of this one.
DEPTH = 5
# No more functions, classes and objects are looked at from the fixtures of a test, or from a module, on.
MOST = 5000
# Longer lists and mappings hold data.
LONGEST = 50
_DEFAULTS, _CONTENTS = "__defaults__", "cell_contents"
# What holds another function, and in which attributes.
_WITHIN: dict[type, tuple[str, ...]] = {
    types.MethodType: ("__self__", "__func__"),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget",),
    functools.partial: ("func", "args"),
    type(functools.lru_cache(len)): ("__wrapped__",),
}

# What holds a function, and its name there: as for `Patches`.
Holder = tuple[Any, str]


@dataclass(slots=True)
class _Search:
    """One walk through the functions, classes and objects of a project; `found` is what holds one of the targets, and
    `functions` have one for the default of a parameter.

    Nothing of the project is called: types are compared, never asked for, because a proxy may claim to be of any.
    """

    targets: Collection[int]
    found: list[Holder] = field(default_factory=list)
    functions: list[types.FunctionType] = field(default_factory=list)
    seen: dict[int, object] = field(default_factory=dict)

    def look(self, value: Any, depth: int = DEPTH) -> None:
        if id(value) in self.seen or not depth:
            return
        kind = type(value)
        if kind is types.FunctionType:
            self._function(value, depth)
        elif within := _WITHIN.get(kind):
            for name in within:
                self.look(getattr(value, name), depth)
        elif kind is dict or kind is list or kind is tuple:
            self._values(value.values() if kind is dict else value, depth - 1)
        elif issubclass(kind, type):
            self._class(value, depth)
        elif (kind is types.SimpleNamespace or _is_walked(kind.__module__)) and len(self.seen) < MOST:
            self._object(value, depth)

    def _remember(self, value: object) -> None:
        self.seen[id(value)] = value  # it lives while its `id` counts

    def _function(self, function: types.FunctionType, depth: int) -> None:
        self._remember(function)
        if has_default(function, self.targets):
            self.functions.append(function)
            self._mapping(function.__kwdefaults__ or {})
        if any(id(one) in self.targets for one in function.__defaults__ or ()):
            self.found.append((function, _DEFAULTS))
        for cell in function.__closure__ or ():
            try:
                value = cell.cell_contents
            except ValueError:  # the function that it belongs to is not bound yet
                continue
            if id(value) in self.targets:
                self.found.append((cell, _CONTENTS))
            self.look(value, depth - 1)

    def _class(self, kind: Any, depth: int) -> None:
        if not is_project_module(kind.__module__):
            return
        self._remember(kind)
        for name, value in list(vars(kind).items()):
            if id(getattr(value, "__func__", value) if type(value) is staticmethod else value) in self.targets:
                self.found.append((kind, name))
            elif type(value) in (types.FunctionType, staticmethod, classmethod, property):
                self.look(value, depth)

    def _object(self, value: Any, depth: int) -> None:
        self._remember(value)
        try:
            space = object.__getattribute__(value, "__dict__")
        except AttributeError:  # it has slots
            return
        if type(space) is dict:
            self._mapping(space)
            self._values(space.values(), depth - 1)

    def _mapping(self, space: dict[str, Any]) -> None:
        self.found += [(space, name) for name, value in list(space.items()) if id(value) in self.targets]

    def _values(self, values: Collection[Any], depth: int) -> None:
        if len(values) <= LONGEST:
            for value in list(values):
                self.look(value, depth)


class Holders:
    """What holds functions that tell or spend time in the modules of a project. Each module is walked through once, and
    again when its number of names has changed.
    """

    def __init__(self) -> None:
        self._known = 0
        self._ignored: set[str] = set()
        self._seen: dict[str, tuple[types.ModuleType, int]] = {}
        self._held: dict[str, _Search] = {}

    @property
    def functions(self) -> list[types.FunctionType]:
        """Those that had a target for the default of a parameter."""
        return [function for held in self._held.values() for function in held.functions]

    def read(self, targets: Collection[int]) -> None:
        """Walk through the modules that are new or have changed; `targets` are all functions that may be asked for."""
        modules = list(sys.modules.items())
        if self._known == len(modules):  # nothing was imported since
            modules = [(name, module) for name in self._seen if (module := sys.modules.get(name)) is not None]
        self._known = len(sys.modules)
        for name, module in [one for one in modules if one[0] not in self._ignored]:
            if not isinstance(module, types.ModuleType) or not is_project_module(name):
                self._ignored.add(name)
            elif self._seen.get(name) != (module, len(vars(module))):
                self._seen[name] = (module, len(vars(module)))
                search = _Search(targets)
                for value in list(vars(module).values()):
                    search.look(value)
                self._held[name] = search
                search.seen.clear()

    def find(self, targets: Collection[int], objects: Iterable[object]) -> Iterator[Holder]:
        """What holds one of the targets, in the modules and from these objects on."""
        search = _Search(targets)
        for one in objects:
            search.look(one)
        yield from search.found
        yield from (one for name in list(self._held) if name in sys.modules for one in self._held[name].found)


@functools.lru_cache(maxsize=1)
def holders() -> Holders:
    """What is known about the modules of this process."""
    return Holders()


def has_default(function: types.FunctionType, targets: Collection[int]) -> bool:
    """Whether one of the targets is the default of a parameter."""
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return any(id(one) in targets for one in defaults)


def exchanged(holder: Holder, pairs: Mapping[int, tuple[Any, Any]]) -> tuple[Any, Any] | None:
    """What stands there, and the same with the functions of `pairs` in it, (original, replacement) by `id`; None where
    none of them stands there any more.
    """
    value = standing(*holder)
    if type(value) is tuple and any(id(one) in pairs for one in value):
        return value, tuple(pairs[id(one)][1] if id(one) in pairs else one for one in value)
    if type(value) is staticmethod and id(value.__func__) in pairs:
        return value, staticmethod(pairs[id(value.__func__)][1])
    return (value, pairs[id(value)][1]) if id(value) in pairs else None


def is_project_module(name: object) -> bool:
    """Whether a module is the project's own, or one of its tests: no library, and nothing that runs tests."""
    file = getattr(sys.modules.get(name), "__file__", None) if isinstance(name, str) and _is_walked(name) else None
    return isinstance(file, str) and "-packages" not in file


def _is_walked(name: object) -> bool:
    """Whether objects of the classes of a module may lead to some of the project: a client holds its transport."""
    if not isinstance(name, str):
        return False
    package = name.partition(".")[0]
    ours = package == "pytest_customerio" or is_machinery_module(name)
    return not ours and package not in sys.stdlib_module_names
