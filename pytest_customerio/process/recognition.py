"""Recognises functions, modules and mocks by the objects that they are, never by their names as text."""

from __future__ import annotations

import inspect
import os
import sys
from types import CodeType, FrameType, ModuleType

# Packages that run tests; every package whose name begins with "pytest" is one too.
MACHINERY = frozenset({"_pytest", "pluggy", "coverage", "hypothesis", "xdist", "execnet", "freezegun", "time_machine"})


# Where classes of mocks are defined: in the standard library, and in its backport, the package `mock`.
MOCKS = ("unittest.mock", "mock.mock")


def mock_modules() -> list[ModuleType]:
    """The modules of mocks that are imported."""
    return [sys.modules[name] for name in MOCKS if name in sys.modules]


def is_mock(value: object) -> bool:
    """Whether this is a mock: by its type, because a mock may claim to be of another class."""
    kind = type(value)
    for name in MOCKS:
        module = sys.modules.get(name)
        if module is not None and issubclass(kind, getattr(module, "NonCallableMock", ())):
            return True
    return False


def is_stand_in(module: object) -> bool:
    """Whether what stands in `sys.modules` was imported from nowhere: a mock, or what a test made.

    By its type, because a mock may claim to be a module.
    """
    return not issubclass(type(module), ModuleType) or vars(module).get("__spec__") is None


def is_defined_in(function: object, module: ModuleType) -> bool:
    """Whether a function, or the one that it wraps, was written in this module.

    A function keeps the namespace of the module that defined it, whatever it is called and wherever it is bound.
    """
    return getattr(_unwrapped(function), "__globals__", None) is vars(module)


def code_of(function: object) -> CodeType | None:
    """The code object of a function, or of the one that it wraps; None for what was not written in Python."""
    code = getattr(_unwrapped(function), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _unwrapped(function: object) -> object:
    if isinstance(function, staticmethod | classmethod):
        function = function.__func__
    return inspect.unwrap(function) if inspect.isfunction(function) else function


def is_machinery_module(name: str) -> bool:
    """Whether a module that was imported under this name belongs to what runs tests."""
    package = name.partition(".")[0]
    return package in MACHINERY or (package.startswith("pytest") and package != "pytest_customerio")


class Machinery:
    """Recognises frames of test machinery by the file of their code, which is in the folder of a package that runs
    tests.

    Each file is looked up once. Test machinery keeps real time while an error case is replayed.
    """

    def __init__(self) -> None:
        self._files: dict[str, bool] = {}
        self._folders: tuple[str, ...] = ()
        self._modules = 0

    def runs(self, frame: FrameType) -> bool:
        """Whether a frame runs code of test machinery."""
        return self.has(frame.f_code.co_filename)

    def has(self, file: str) -> bool:
        """Whether this is a file of test machinery."""
        known = self._files.get(file)
        if known is None:
            known = self._files[file] = file.startswith(self._current_folders())
        return known

    def _current_folders(self) -> tuple[str, ...]:
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            found = [
                module for name, module in list(sys.modules.items()) if "." not in name and is_machinery_module(name)
            ]
            self._folders = tuple(place for module in found for place in _places(module))
        return self._folders


def _places(module: ModuleType) -> list[str]:
    """The folders of a package, or the file of a module that is none."""
    folders = getattr(module, "__path__", None)
    if folders is None:
        file = getattr(module, "__file__", None)
        return [file] if file else []
    return [os.path.join(folder, "") for folder in folders]


# The files looked at so far are the same for everybody.
_MACHINERY = Machinery()
is_machinery, is_machinery_file = _MACHINERY.runs, _MACHINERY.has
