"""One call as the workspace meets it, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.tools.sandbox.workspace.people import Notes
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose payload keeps its contract. `at` is the unix second, `base` the address that was asked."""

    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    at: int = 0
    base: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call did. `notes` are what the service does and does not tell.

    The answer is `body` as JSON; without one it is the recorded success; with `case` it is that error, saying `text`.
    """

    notes: Notes = ()
    body: Mapping[str, Any] | None = None
    case: str = ""
    text: str = ""


Handler = Callable[[Workspace, Call], Effect]
NOT_FOUND = Effect(case="404-not-found")


def mapping(value: object) -> Mapping[str, Any]:
    """A member that should be an object."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Mapping[str, Any]]:
    """A member that should be a list of objects."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def number(value: object, default: int) -> int:
    """A member that should be a moment."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def truth(value: object) -> bool:
    """As the service reads a flag."""
    return str(value).lower() in {"true", "1"}


def whole(text: str) -> int:
    """The number in a path; what is none is 0, which nothing has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
