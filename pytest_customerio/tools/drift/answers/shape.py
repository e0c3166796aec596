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
# Below this depth a value has a type and no members. No answer of the API is nested as deep.
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
    """The types of a value, the shapes of its members, and one shape for all elements of a list."""

    types: frozenset[str]
    members: Mapping[str, Shape] = field(default_factory=dict)
    elements: Shape | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference at `where`. Its kind is `learnt` where only null was recorded and another type was answered."""

    kind: Kind
    where: str
    expected: str
    got: str


def of_payload(payload: Payload) -> Shape:
    """The shape of an answer's payload: of its JSON, of nothing, or of a body that is no JSON."""
    if payload.kind == "json":
        return of(payload.value)
    return Shape(frozenset({NOTHING if payload.kind == "nothing" else NOT_JSON}))


def of(value: object, deepest: int = DEEPEST) -> Shape:
    """The shape of a decoded JSON value."""
    types = frozenset({_TYPES.get(type(value), "text")})
    if deepest and isinstance(value, dict):
        return Shape(types, {str(name): of(member, deepest - 1) for name, member in value.items()})
    if deepest and isinstance(value, list):
        return Shape(types, elements=union(of(element, deepest - 1) for element in value))
    return Shape(types)


def union(shapes: Iterable[Shape | None]) -> Shape | None:
    """One shape with all types and members of these; None where there are none, as in an empty list."""
    known = [shape for shape in shapes if shape is not None]
    return reduce(_merged, known) if known else None


def compare(expected: Shape, got: Shape, where: str = "$") -> Iterator[Change]:
    """The differences: members that one side lacks, and other types. Nothing below such a place is compared."""
    new = got.types - expected.types
    if new:
        yield Change("learnt" if expected.types == {"null"} else "retyped", where, _shown(expected), _shown(got))
    for name in (*expected.members, *(name for name in got.members if name not in expected.members)):
        yield from _member(name, expected, got, json_path([name], where))
    if expected.elements is not None and got.elements is not None:
        yield from compare(expected.elements, got.elements, f"{where}[*]")


def _member(name: str, expected: Shape, got: Shape, where: str) -> Iterator[Change]:
    old, new = expected.members.get(name), got.members.get(name)
    if old is not None and new is not None:
        yield from compare(old, new, where)
    elif old is not None and "object" in got.types:
        yield Change("removed", where, _shown(old), NOTHING)
    elif new is not None and "object" in expected.types:
        yield Change("added", where, NOTHING, _shown(new))


def _merged(one: Shape, other: Shape) -> Shape:
    names = (*one.members, *(name for name in other.members if name not in one.members))
    members = {name: union((one.members.get(name), other.members.get(name))) for name in names}
    known = {name: shape for name, shape in members.items() if shape is not None}
    return Shape(one.types | other.types, known, union((one.elements, other.elements)))


def _shown(shape: Shape) -> str:
    return " or ".join(sorted(shape.types))
