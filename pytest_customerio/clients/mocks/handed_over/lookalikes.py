"""Recognises calls of mocks without a spec that may stand for an SDK: they are counted, and never judged.

A `MagicMock()` that a test hands to the application stands for nothing that is known.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.clients.mocks.originals.libraries import Library
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
    """The methods of the SDKs that are imported, by name."""

    def __init__(self, is_message: Callable[[type], bool]) -> None:
        self.names: frozenset[str] = frozenset()
        self._is_message = is_message
        self._methods: dict[str, list[_Method]] = {}

    def learn(self, library: Library) -> None:
        """Take in the methods of an SDK, each of which makes a request."""
        classes = [getattr(sys.modules[library.module], name, None) for name in library.classes]
        classes += [getattr(sys.modules.get(home), name, None) for home, name, _ in library.members]
        for path, operation in library.operations.items():
            name = path.rpartition(".")[2]
            for method in (getattr(one, name, None) for one in classes if name not in _COMMON):
                if inspect.isfunction(method):
                    made = _Method(inspect.signature(method), operation.startswith("app.send_"))
                    self._methods.setdefault(name, []).append(made)
        self.names = frozenset(self._methods)

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
