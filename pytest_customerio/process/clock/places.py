"""Finds the modules that imported functions such as `time.sleep` by name, so that these names can be replaced too."""

from __future__ import annotations

import sys
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pytest_customerio.process.recognition import is_machinery_module

# Functions that a test may have replaced when a module is first seen; they are looked at again each time.
WATCHED = frozenset({"sleep", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"})
# Modules whose functions others reach through them.
USED = ("time", "asyncio")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one module showed when it was read through: names bound to functions of ours, and to modules asked for."""

    module: types.ModuleType
    size: int
    names: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


class Places:
    """Which names of which modules are bound to the functions that tell or spend time, or to their modules.

    A module is read through once, and again when its number of names has changed: with 2000 modules, reading all of
    them for every case would take longer than the case.
    """

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._ignored: set[str] = set()
        self._bound: list[tuple[dict[str, Any], str]] = []
        self._users: list[tuple[dict[str, Any], str]] = []

    def find(self, targets: Collection[int]) -> Iterator[tuple[dict[str, Any], str]]:
        """Namespace and name of everything bound to one of the targets, which are given by their `id`."""
        self.read(targets)
        return self.bound(targets)

    def bound(self, targets: Collection[int]) -> Iterator[tuple[dict[str, Any], str]]:
        """As `find`, in what was read through already."""
        return ((namespace, name) for namespace, name in self._bound if id(namespace.get(name)) in targets)

    def read(self, targets: Collection[int]) -> None:
        """Read through the modules that are new or have changed; `targets` are all functions that may be asked for."""
        seen, ignored = self._seen, self._ignored
        stale = [
            (name, module)
            for name, module in list(sys.modules.items())
            if name not in ignored
            and not ((known := seen.get(name)) and known.module is module and known.size == len(module.__dict__))
        ]
        if stale:
            self._read(stale, targets)

    def users(self, modules: Mapping[str, types.ModuleType]) -> Iterator[tuple[dict[str, Any], str]]:
        """Where functions are reached through their module: namespace and the module's name there."""
        return ((space, name) for space, name in self._users if name in modules and space.get(name) is modules[name])

    def find_new(self, targets: Collection[int]) -> Iterator[tuple[dict[str, Any], str]]:
        """As `find`, only in modules that were imported since."""
        for name in list(sys.modules.keys() - self._seen.keys() - self._ignored):
            if isinstance(module := sys.modules.get(name), types.ModuleType) and _is_concerned(name):
                yield from ((vars(module), key) for key, value in list(vars(module).items()) if id(value) in targets)

    def _read(self, modules: Iterable[tuple[str, Any]], targets: Collection[int]) -> None:
        for name, module in modules:
            if not isinstance(module, types.ModuleType) or not _is_concerned(name):
                self._ignored.add(name)
                continue
            namespace = vars(module)
            names = tuple(key for key, value in list(namespace.items()) if _is_watched(key, value, targets))
            uses = tuple(key for key in USED if isinstance(namespace.get(key), types.ModuleType))
            self._seen[name] = _Seen(module, len(namespace), names, uses)
        self._seen = {name: seen for name, seen in self._seen.items() if name in sys.modules}
        self._bound = [(vars(seen.module), name) for seen in self._seen.values() for name in seen.names]
        self._users = [(vars(seen.module), name) for seen in self._seen.values() for name in seen.uses]


@lru_cache(maxsize=1)
def places() -> Places:
    """What is known about the modules of this process."""
    return Places()


def _is_concerned(name: str) -> bool:
    """The standard library keeps its own aliases: threads, queues and subprocesses wait for real things."""
    package = name.partition(".")[0]
    return package == "asyncio" or not (package in sys.stdlib_module_names or is_machinery_module(name))


def _is_watched(name: str, value: object, targets: Collection[int]) -> bool:
    return id(value) in targets or (name in WATCHED and not isinstance(value, types.ModuleType))
