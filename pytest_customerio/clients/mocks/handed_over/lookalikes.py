"""Recognises by their names the calls that may be an SDK's or a client's, where nothing else tells what is called."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.clients.mocks.originals.libraries import METHODS, SENDING, Library
from pytest_customerio.clients.mocks.placed.mock_state import has_spec, is_placed, name_of

# Names that other libraries have too.
_COMMON = frozenset(
    {"delete", "suppress", "batch", "create", "get", "list", "search", "group", "alias", "page", "screen"}
)


@dataclass(frozen=True, slots=True)
class _Method:
    """A method of an SDK: its signature, and whether it takes one message to send."""

    signature: inspect.Signature
    takes_message: bool


class Lookalikes:
    """The methods of the SDKs that are imported, and of clients, by name.

    `methods` are the names of the SDKs' methods and classes, `distinct` those of methods that no other library has,
    `names` those of all methods that are looked at.
    """

    def __init__(self, is_message: Callable[[type], bool]) -> None:
        self.distinct: frozenset[str] = frozenset()
        self.methods: frozenset[str] = frozenset()
        self.names: frozenset[str] = frozenset()
        self._is_message = is_message
        self._methods: dict[str, list[_Method]] = {}

    def learn(self, library: Library) -> None:
        """Take in a library that was imported."""
        if library.sdk:
            self._learn_signatures(library)
            names = {path.rpartition(".")[2] for path in library.operations}
            self.methods |= names.union(METHODS, library.classes)
        self.names |= self.distinct.union(SENDING, self.methods)

    @property
    def telling(self) -> frozenset[str]:
        """The names of methods and classes of SDKs that hardly anything else has."""
        return self.distinct.union(["send_request"], (name for name in self.methods if not name.islower()))

    def _learn_signatures(self, library: Library) -> None:
        classes = [getattr(sys.modules[library.module], name, None) for name in library.classes]
        classes += [getattr(sys.modules.get(home), name, None) for home, name, _ in library.members]
        for path, operation in library.operations.items():
            name = path.rpartition(".")[2]
            for method in (getattr(one, name, None) for one in classes if name not in _COMMON):
                if inspect.isfunction(method):
                    made = _Method(inspect.signature(method), operation.startswith("app.send_"))
                    self._methods.setdefault(name, []).append(made)
        self.distinct = frozenset(self._methods)

    def may_be(self, mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether this mock, which stands for nothing known and has one of the names, may stand for an SDK's method."""
        parent = mock.__dict__["_mock_new_parent"]
        if parent is None or not (args or kwargs) or has_spec(parent) or is_placed(parent):
            return False
        return self.takes(name_of(mock), args, kwargs)

    def takes(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether a method of an SDK with this name takes such arguments."""
        return any(self._takes(one, args, kwargs) for one in self._methods.get(name, ()))

    def _takes(self, method: _Method, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        try:
            given = [*method.signature.bind(None, *args, **kwargs).arguments.values()][1:]
        except TypeError:
            return False
        return not method.takes_message or isinstance(given[0], dict) or self._is_message(type(given[0]))
