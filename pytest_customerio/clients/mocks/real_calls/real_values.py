"""What a mock is in truth where a whole module is a mock, or a class of messages: `SendEmailRequest(…)`, `Regions.EU`.

The mock's own name and parents say it; see `placed/mock_state` for these private attributes of `unittest.mock`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from pytest_customerio.clients.mocks.notes.arguments import copied
from pytest_customerio.clients.mocks.originals.attributes import MISSING
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.placed.mock_state import MADE_BY, MESSAGE, ROLE
from pytest_customerio.process.recognition import is_mock

# How often a class had been called when one of its objects was looked at.
_USED = "_mock_cio_used"


class RealValues:
    """Makes the real values behind mocks of classes and constants."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def of(self, mock: Any) -> Any:
        """The real value, or `MISSING`: the mock stands for none, or it is not certain what it was made with."""
        path, real = _path(mock)
        for one, name in path:
            if real is not MISSING:
                real = self._made(one, real) if name == "()" else getattr(real, name, MISSING)
        return real

    def given(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call, with the real values where they are known."""
        return tuple(map(self.or_real, args)), {name: self.or_real(one) for name, one in kwargs.items()}

    def or_real(self, value: Any) -> Any:
        """The real value behind a mock; anything else, and what is not known, as it is."""
        real = self.of(value) if is_mock(value) else MISSING
        return value if real is MISSING else real

    def _made(self, one: Any, cls: Any) -> Any:
        """What a class gives. All calls of its mock give one and the same mock, so only the last one is known."""
        made_by = _parent(one.__dict__)
        count, used = made_by.call_count, made_by.__dict__.get(_USED, 0)
        made_by.__dict__[_USED] = count
        if not isinstance(cls, type) or self._known.known_class(cls) is not None or not 0 <= count - used <= 1:
            return MISSING
        try:
            return self._again(one, cls, made_by, several=count > 1)
        except Exception:  # the real one refuses what it is given, or what it was made with cannot be known
            return MISSING

    def _again(self, one: Any, cls: type, made_by: Any, *, several: bool) -> Any:
        real = self._call(cls, made_by.call_args)
        for name, value in list(vars(one).items()):
            if not name.startswith(("_", "method_calls")) and not is_mock(value):
                setattr(real, name, value)
        done = [call for call in one.mock_calls if call[0]]
        if done and several:
            return MISSING
        for call in done:
            self._call(attrgetter(call[0])(real), call[1:])
        return real

    def _call(self, function: Callable[..., Any], given: Any) -> Any:
        args, kwargs = given
        found = copied(args, kwargs, self._known.is_message, self.or_real)
        if found is None:
            raise ValueError("arguments that cannot be known later")
        return function(*found.args, **found.kwargs)


def _path(mock: Any) -> tuple[list[tuple[Any, str]], Any]:
    """The steps to this mock from that of a module, or of a class of messages, and what is real there."""
    path: list[tuple[Any, str]] = []
    while mock is not None:
        state = mock.__dict__
        role = state.get(ROLE)
        if type(role) is Role and role.kind == "module":
            return path[::-1], role.real
        if MESSAGE in state:
            return path[::-1], state[MESSAGE]
        path.append((mock, "()" if MADE_BY in state else str(state["_mock_new_name"])))
        mock = _parent(state)
    return [], MISSING


def _parent(state: Mapping[str, Any]) -> Any:
    """The mock whose result or attribute a mock is."""
    return state.get(MADE_BY) or state["_mock_new_parent"]
