"""The shape of data: the names and types in it, and none of its values. A shape is a JSON Schema.

A name that may be about a person is none of a shape. An object in the data with such a name, or any with very many
names, is one whose names are values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_customerio.core.redact import is_personal, json_path

Json = Any
Shape = dict[str, Any]
TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}
_CONTAINERS = frozenset({dict, list})
# How deep data is looked at, how many names of an object, and how many members of a list for their places. Of the
# shape of a list all members are a part: a plan that is made of it has to allow each.
_DEPTH, _NAMES, _MEMBERS = 5, 100, 50


def signature(value: Json, depth: int = _DEPTH) -> object:
    """What is the same for two values of the same shape, and cheap to make: each request asks for it."""
    kind = type(value)
    if kind is dict and depth and len(value) <= _NAMES:
        return tuple(
            [
                (name, signature(one, depth - 1) if type(one) in _CONTAINERS else type(one) if one != "" else "")
                for name, one in value.items()
            ]
        )
    if kind is list and depth:
        return (kind, *dict.fromkeys([signature(one, depth - 1) for one in value]))
    return kind if value != "" else ""


def shape(value: Json, depth: int = _DEPTH) -> Shape:
    """The shape of one value."""
    kind = TYPES[type(value)]
    if kind == "array" and value and depth:
        members = {signature(one, depth - 1): one for one in value}
        return {"type": [kind], "items": _all_merged([shape(one, depth - 1) for one in members.values()])}
    names = _names(value, depth) if kind == "object" else None
    if names is None:
        return {"type": [kind]}
    return {
        "type": [kind],
        "properties": {name: shape(value[name], depth - 1) for name in names},
        "required": sorted(names),
        "additionalProperties": len(names) < len(value),
    }


def merged(one: Shape, other: Shape) -> Shape:
    """The narrowest shape that holds for all that has one of both shapes."""
    found: Shape = {"type": together([*one["type"], *other["type"]])}
    objects = [each for each in (one, other) if "object" in each["type"]]
    if objects and all("properties" in each for each in objects):
        found |= _merged_objects(objects[0], objects[-1])
    arrays = [each for each in (one, other) if "items" in each]
    if arrays:
        found["items"] = merged(arrays[0]["items"], arrays[-1]["items"])
    return found


def together(types: list[str]) -> list[str]:
    """Each type once, sorted, with null at the end. A number may be an integer."""
    found = set(types)
    if "number" in found:
        found.discard("integer")
    return sorted(found, key=lambda each: (each == "null", each))


def typed(value: Json, where: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, str]]:
    """Each place in a value with the type that is there. Null and empty text are of no type: they say "not set"."""
    if value is None or value == "":
        return
    kind = TYPES[type(value)]
    if where:
        yield where, kind
    if kind == "object":
        for name in _names(value, depth) or ():
            yield from typed(value[name], where + json_path([name], ""), depth - 1)
    if kind == "array" and depth:
        for one in value[:_MEMBERS]:
            yield from typed(one, f"{where}[*]", depth - 1)


def _merged_objects(one: Shape, other: Shape) -> Shape:
    names = dict.fromkeys([*one["properties"], *other["properties"]])
    both = {name: [each["properties"][name] for each in (one, other) if name in each["properties"]] for name in names}
    return {
        "properties": {name: merged(found[0], found[-1]) for name, found in both.items()},
        "required": sorted({*one["required"]} & {*other["required"]}),
        "additionalProperties": one["additionalProperties"] or other["additionalProperties"],
    }


def _all_merged(shapes: list[Shape]) -> Shape:
    found = shapes[0]
    for one in shapes[1:]:
        found = merged(found, one)
    return found


def _names(value: Mapping[str, Json], depth: int) -> list[str] | None:
    """The names of an object; None where they are values.

    One odd attribute, or property of an event, is left out, and does not keep all others from the plan.
    """
    if not depth or len(value) > _NAMES:
        return None
    named = [name for name in value if not is_personal(name)]
    is_whole = depth == _DEPTH
    return named if is_whole or len(named) == len(value) else None
