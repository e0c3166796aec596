"""What an application did to a mock of a whole client after it was built, such as setting its credentials."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from operator import attrgetter
from typing import Any

from pytest_customerio.clients.mocks.notes.arguments import copied
from pytest_customerio.clients.mocks.originals.roles import ENTERING, Step
from pytest_customerio.process.recognition import is_mock

ATTRIBUTES = ("auth", "base_url", "cookies", "headers", "params")
_CHANGES = ("update", "setdefault", "__setitem__")
CALLS = frozenset({"mount", "cookies.set", "set_tunnel"}).union(
    f"{name}.{change}" for name in ATTRIBUTES[2:] for change in _CHANGES
)
# Calls of one mock that are looked at: an application sets up its client before it sends.
MOST = 50


def steps_of(method: Any) -> tuple[Step, ...]:
    """What was done to the mock of an instance, given the mock of one of its methods."""
    return tuple(step for mock in _instances(method) for step in _steps(mock))


def repeat(steps: Iterable[Step], real: Any) -> None:
    """Do the same to a real instance. What it refuses is left out."""
    for step in steps:
        with suppress(Exception):
            if step.assigned:
                setattr(real, step.path, step.args[0])
            else:
                attrgetter(step.path)(real)(*step.args, **step.kwargs)


def _instances(method: Any) -> Iterator[Any]:
    """The mock of the instance, and the one that gave it at the start of a `with` block, the outer one first.

    `_mock_new_parent` and `_mock_new_name` are private in `unittest.mock`: see `placed/mock_state`.
    """
    found = []
    mock = method.__dict__.get("_mock_new_parent")
    while mock is not None:
        found.append(mock)
        parent = mock.__dict__["_mock_new_parent"] if mock.__dict__["_mock_new_name"] == "()" else None
        entered = parent is not None and parent.__dict__["_mock_new_name"] in ENTERING
        mock = parent.__dict__["_mock_new_parent"] if entered else None
    yield from reversed(found)


def _steps(mock: Any) -> Iterator[Step]:
    for name in ATTRIBUTES:
        if name in mock.__dict__ and not is_mock(mock.__dict__[name]):
            given = copied((mock.__dict__[name],), {}, _no_message)
            if given is not None:
                yield Step(name, given.args, assigned=True)
    for name, args, kwargs in itertools.islice(mock.mock_calls, MOST):
        if name in CALLS and (given := copied(args, kwargs, _no_message)) is not None:
            yield Step(name, given.args, given.kwargs)


def _no_message(_: type) -> bool:
    return False
