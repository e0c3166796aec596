"""The shape of a JSON value: its keys and types, never its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from pytest_customerio.core.payload import Payload
from pytest_customerio.core.redact import json_path

Kind = Literal["added", "removed", "retyped", "learnt"]
NOTHING = "nothing"
NOT_JSON = "text that is no JSON"
# What is deeper than that has a type, but no members: no answer of an API goes there.
DEEPEST = 64
_TYPES = {
    dict: "object",
    list: "list",
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The types that a value has, the shapes of its members, and that of all items of its list together."""

    types: frozenset[str]
    members: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is different at `where`. `learnt` is a type where only null was known."""

    kind: Kind
    where: str
    expected: str
    got: str


def of_payload(payload: Payload) -> Shape:
    """The shape of an answer's payload: of its JSON, of nothing, or of text that is no JSON."""
    if payload.kind == "json":
        return of(payload.value)
    return Shape(frozenset({NOTHING if payload.kind == "nothing" else NOT_JSON}))


def of(value: object, deepest: int = DEEPEST) -> Shape:
    """The shape of what JSON was read as."""
    types = frozenset({_TYPES.get(type(value), "text")})
    if deepest and isinstance(value, dict):
        return Shape(types, {str(name): of(member, deepest - 1) for name, member in value.items()})
    if deepest and isinstance(value, list):
        return Shape(types, items=union(of(item, deepest - 1) for item in value))
    return Shape(types)


def union(shapes: Iterable[Shape | None]) -> Shape | None:
    """One shape that has all that these have; None of none: an empty list says nothing about its items."""
    known = [shape for shape in shapes if shape is not None]
    return reduce(_both, known) if known else None


def compare(expected: Shape, got: Shape, where: str = "$") -> Iterator[Change]:
    """What is different: members of one alone, other types; below those nothing more is told."""
    new = got.types - expected.types
    if new:
        yield Change("learnt" if expected.types == {"null"} else "retyped", where, _shown(expected), _shown(got))
    for name in (*expected.members, *(name for name in got.members if name not in expected.members)):
        yield from _member(name, expected, got, json_path([name], where))
    if expected.items is not None and got.items is not None:
        yield from compare(expected.items, got.items, f"{where}[*]")


def _member(name: str, expected: Shape, got: Shape, where: str) -> Iterator[Change]:
    old, new = expected.members.get(name), got.members.get(name)
    if old is not None and new is not None:
        yield from compare(old, new, where)
    elif old is not None and "object" in got.types:
        yield Change("removed", where, _shown(old), NOTHING)
    elif new is not None and "object" in expected.types:
        yield Change("added", where, NOTHING, _shown(new))


def _both(one: Shape, other: Shape) -> Shape:
    names = (*one.members, *(name for name in other.members if name not in one.members))
    members = {name: union((one.members.get(name), other.members.get(name))) for name in names}
    known = {name: shape for name, shape in members.items() if shape is not None}
    return Shape(one.types | other.types, known, union((one.items, other.items)))


def _shown(shape: Shape) -> str:
    return " or ".join(sorted(shape.types))
