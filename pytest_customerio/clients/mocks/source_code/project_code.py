"""The modules of the project that were imported, and the classes in them, as their source says it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator

from pytest_customerio.clients.mocks.notes.place import is_test
from pytest_customerio.clients.mocks.source_code.inferred import Code
from pytest_customerio.clients.mocks.source_code.sources import Source, has_word, read
from pytest_customerio.clients.mocks.source_code.syntax import own
from pytest_customerio.process.recognition import is_mock


class ProjectCode:
    """Reads the files of the project, each once. `is_project` tells whether a file is one of those to read."""

    def __init__(self, is_project: Callable[[str], bool]) -> None:
        self._is_project = is_project
        self._files: dict[str, Source | None] = {}

    def source(self, file: str, package: str) -> Source | None:
        """One file."""
        if file not in self._files:
            self._files[file] = read(file, package)
        return self._files[file]

    def class_of(self, cls: type) -> Code | None:
        """An instance of a class of the project, or of one that is derived from it elsewhere."""
        for one in cls.__mro__:
            module = self.module(one.__module__)
            nodes = own(module.node) if module is not None else ()
            found = next((each for each in nodes if isinstance(each, ast.ClassDef) and each.name == one.__name__), None)
            if module is not None and found is not None:
                return Code(module.source, found, made=True)
        return None

    def modules(self, word: str) -> Iterator[Source]:
        """The modules of the project that are no tests, and have this word in their file."""
        for name in list(sys.modules):
            module = None if is_test(name) else self.module(name, word)
            if module is not None:
                yield module.source

    def module(self, dotted: str, word: str = "") -> Code | None:
        """A module of the project that was imported, if its file has this word."""
        module = sys.modules.get(dotted)
        if module is None or is_mock(module):
            return None
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not self._is_project(file) or not has_word(file, word):
            return None
        source = self.source(file, module.__package__ or "")
        return Code(source, source.tree) if source is not None else None
