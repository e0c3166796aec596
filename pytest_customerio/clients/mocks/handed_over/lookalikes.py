"""Recognises calls of mocks without a spec that may stand for an SDK: they are counted, and never judged.

A `MagicMock()` that a test hands to the application stands for nothing that is known.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from pytest_customerio.clients.mocks.originals.libraries import Library
from pytest_customerio.process.recognition import is_mock

# Names that other libraries have too.
_COMMON = frozenset(
    {"delete", "suppress", "batch", "create", "get", "list", "search", "group", "alias", "page", "screen"}
)
# A mark on a mock that was put in the place of something else than an SDK: whether that is a plain object.
OTHER = "_mock_cio_other"
# Where a mock keeps the name that it had before it was attached to another one.
ATTACHED = "_mock_cio_name"


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


def has_spec(mock: Any) -> bool:
    """Whether a mock, or one above it, has a spec. That of a function says nothing of what the function returns."""
    while is_mock(mock):
        if mock.__dict__.get("_spec_class") not in (None, FunctionType):
            return True
        mock = mock.__dict__["_mock_new_parent"]
    return False


def is_placed(mock: Any, *, objects: bool = False) -> bool:
    """Whether a mock, or one above it, was put in the place of something; with `objects`, in that of a plain object."""
    while is_mock(mock):
        if mock.__dict__.get(OTHER, False) or (OTHER in mock.__dict__ and not objects):
            return True
        mock = mock.__dict__["_mock_new_parent"]
    return False


def name_of(mock: Any) -> str:
    """The name of a mock as a method, before it was attached to another one; nothing where it is none."""
    state = mock.__dict__
    return str((state.get(ATTACHED) if ATTACHED in state else state.get("_mock_new_name")) or "")
