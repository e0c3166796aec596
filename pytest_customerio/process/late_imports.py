"""Calls back when a module has been imported, so that a client that is imported late is patched then."""

from __future__ import annotations

import functools
import sys

TYPE_CHECKING = False  # a Python process that a test starts loads this module: `typing` takes longer than all of it
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class LateImports:
    """A finder of modules that calls `imported(name)` when one of the awaited modules has been imported.

    It needs the standard library only, of any Python from 3.8 on.
    """

    def __init__(self, awaited: set[str], imported: Callable[[str], None]) -> None:
        self._awaited = awaited
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Have the finders behind this one find the module, and put our loader around theirs.

        Those before it have been asked already. One of them may be a second `LateImports`, which asks this one.
        """
        if name not in self._awaited:
            return None
        here = next((index for index, finder in enumerate(sys.meta_path) if finder is self), -1)
        for finder in sys.meta_path[here + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec, functools.partial(self._loaded, name))  # type: ignore[assignment]
                return spec
        return None

    def _loaded(self, name: str) -> None:
        self._awaited.discard(name)
        self._imported(name)


class _Loader:
    """Loads a module with its own loader, puts that loader back in its place, and then calls `loaded`."""

    def __init__(self, spec: ModuleSpec, loaded: Callable[[], None]) -> None:
        self._spec = spec
        self._loader: Any = spec.loader
        self._after = loaded

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self._spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._after()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
