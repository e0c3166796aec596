"""What stands for a whole library in `sys.modules`, such as a mock that `conftest.py` put there, and the real one.

The real module is imported beside it: what the application imports stays what it was.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

from pytest_customerio.clients.mocks import MODULES
from pytest_customerio.process.recognition import is_mock, is_stand_in

_ROOTS = frozenset(name.partition(".")[0] for name in MODULES)
_NOTHING: Any = object()


def stand_ins() -> dict[str, Any]:
    """What stands for modules of the libraries now, by name."""
    found = {name: there for name, there in list(sys.modules.items()) if name.partition(".")[0] in _ROOTS}
    return {name: there for name, there in found.items() if there is not None and is_stand_in(there)}


class RealModules:
    """The real modules of libraries in whose place something else stands, by name."""

    def __init__(self) -> None:
        self._real: dict[str, Any] = {}
        self._exceptions: dict[str, list[Any]] = {}
        self._lock = threading.RLock()

    def load(self, name: str) -> str:
        """Import a real module beside what stands for it; returns why that cannot be done, or nothing."""
        with self.in_place():
            try:
                importlib.import_module(name)
            except ModuleNotFoundError as error:
                return "is not installed" if name.startswith(str(error.name)) else f"needs {error.name}"
            except Exception as error:  # a module that runs while it is imported may raise anything
                return f"cannot be imported ({type(error).__name__})"
        return ""

    def get(self, name: str) -> Any:
        """The real module of this name, if it was imported."""
        return self._real.get(name)

    def note(self, real: ModuleType, fake: Any) -> None:
        """Something stands for a real module: the exceptions that the application catches are its own."""
        for name, cls in vars(real).items():
            if isinstance(cls, type) and issubclass(cls, BaseException):
                self._exceptions[name] = [*self._exceptions.get(name, ()), fake]

    def raised_as(self, error: Exception) -> Exception:
        """The exception that the application expects in the place of a real one: of the class in the stand-in."""
        for fake in self._exceptions.get(type(error).__name__, ()):
            cls = vars(fake).get(type(error).__name__)
            if isinstance(cls, type) and issubclass(cls, Exception) and not isinstance(error, cls):
                with suppress(Exception):  # a class of the test's may take other arguments
                    return cls(*error.args)
        return error

    def uncaught(self) -> str:
        """The name of an exception that the application imported as a mock, which can catch nothing; or nothing."""
        for name, fakes in self._exceptions.items():
            if any(is_mock(vars(fake).get("_mock_children", {}).get(name)) for fake in fakes):
                return name
        return ""

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Meanwhile the real modules are those that are imported. What stood there is put back, as it was."""
        with self._lock:
            hidden = stand_ins()
            bound = [(parent, name, vars(parent).get(name, _NOTHING)) for parent, name in _bindings(hidden)]
            for name in hidden:
                del sys.modules[name]
            sys.modules.update(self._real)
            before = set(sys.modules).difference(self._real)
            try:
                yield
            finally:
                roots = {name.partition(".")[0] for name in hidden}
                for name in set(sys.modules) - before:
                    if name.partition(".")[0] in roots:
                        self._real[name] = sys.modules.pop(name)
                sys.modules.update(hidden)
                for parent, name, value in bound:
                    vars(parent).pop(name, None) if value is _NOTHING else setattr(parent, name, value)


def _bindings(hidden: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Where an import binds one of these modules: to an attribute of the package, which is real."""
    for dotted in hidden:
        home, _, name = dotted.rpartition(".")
        parent = sys.modules.get(home)
        if parent is not None and not is_stand_in(parent):
            yield parent, name
