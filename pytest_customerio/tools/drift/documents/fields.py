"""Reads from a JSON Schema, ours or a published one, what holds for each field: required, allowed values, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from pytest_customerio.core.redact import json_path

# The limits that are compared, by keyword. Ours count bytes where published ones count characters.
_LIMITS = {"x-maxBytes": "maxLength"} | {
    name: name for name in ("maxLength", "minLength", "maxItems", "minItems", "maximum", "minimum")
}
DEEPEST = 24
# The most schemas that are read for one document, with each reference followed.
LARGEST = 50_000


class SchemaError(Exception):
    """A schema that cannot be read: a reference leads nowhere, or its references unfold into too many schemas."""


@dataclass(frozen=True, slots=True)
class Field:
    """What holds for one field. `allowed` is None where any value is allowed; `limits` are by keyword."""

    required: bool = False
    allowed: frozenset[str] | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


Fields = Mapping[str, Field]
_Trail = tuple[str, ...]


class Reader:
    """Reads the schemas of one document, which may refer to its other parts. Raises `SchemaError`."""

    def __init__(self, document: object) -> None:
        self._document = document
        self._left = LARGEST

    def read(self, schema: object, where: str = "$", trail: _Trail = ()) -> Fields:
        """The fields at and below `where`. `trail` are the steps that led there, with the references followed."""
        self._left -= 1
        if self._left < 0:
            raise SchemaError(f"it unfolds into more than {LARGEST} schemas")
        found: Fields = {where: Field()}
        if isinstance(schema, dict) and len(trail) < DEEPEST:
            found = {where: Field(allowed=_allowed(schema), limits=_limits(schema))}
            for part in self._parts(schema, where, trail):
                found = both(found, part)
        return found

    def alternatives(self, schema: object, trail: _Trail = ()) -> list[Fields]:
        """The fields of each alternative of a whole payload."""
        schema = self.followed(schema)
        branches = [*list_in(schema, "oneOf"), *list_in(schema, "anyOf")] if isinstance(schema, dict) else []
        if not branches or len(trail) == DEEPEST:
            return [self.read(schema)]
        return [one for branch in branches for one in self.alternatives(branch, (*trail, ""))]

    def followed(self, node: Any) -> Any:
        """The node that a reference leads to; any other node itself."""
        for _ in range(DEEPEST):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return node
            node = self._named(node["$ref"])
        raise SchemaError("a reference leads back to itself")

    def _named(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise SchemaError(f"it refers to {reference}: nothing is looked up elsewhere")
        node: Any = self._document
        for step in reference.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                raise SchemaError(f"it refers to {reference}, which it does not have")
            node = node[key]
        return node

    def _parts(self, schema: Mapping[str, Any], where: str, trail: _Trail) -> Iterator[Fields]:
        """The parts that hold together: members, elements, reference, all of `allOf`, one of `oneOf` and `anyOf`."""
        inner = (*trail, "")
        yield from self._members(schema, where, inner)
        if "items" in schema:
            yield self.read(schema["items"], f"{where}[*]", inner)
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in trail:
            yield self.read(self._named(reference), where, (*trail, reference))
        for one in list_in(schema, "allOf"):
            yield self.read(one, where, inner)
        for word in ("oneOf", "anyOf"):
            yield either([self.read(one, where, inner) for one in list_in(schema, word)])
        if "if" in schema:
            yield self._conditional(schema, where, inner)

    def _members(self, schema: Mapping[str, Any], where: str, trail: _Trail) -> Iterator[Fields]:
        members = schema.get("properties")
        for name, member in members.items() if isinstance(members, dict) else ():
            yield self.read(member, json_path([str(name)], where), trail)
        single = list_in(schema, "x-anyRequired")
        for name in (*list_in(schema, "required"), *(single if len(single) == 1 else ())):
            yield {json_path([str(name)], where): Field(required=True)}

    def _conditional(self, schema: Mapping[str, Any], where: str, trail: _Trail) -> Fields:
        """After an `if` about members, `then` and `else` are alternatives; after one about a type, both hold."""
        branches = [self.read(schema.get(word), where, trail) for word in ("then", "else")]
        return either(branches) if _about_members(schema["if"]) else both(*branches)


def both(one: Fields, other: Fields) -> Fields:
    """The fields of a payload for which both hold."""
    found = dict(one)
    for where, new in other.items():
        found[where] = _and(found[where], new) if where in found else new
    return found


def either(branches: list[Fields]) -> Fields:
    """The fields of a payload for which one branch holds. Required is only what all branches require."""
    found = {}
    for where in dict.fromkeys(where for branch in branches for where in branch):
        known = [branch[where] for branch in branches if where in branch]
        found[where] = _or(known, everywhere=len(known) == len(branches))
    return found


def _and(one: Field, other: Field) -> Field:
    sets = [each.allowed for each in (one, other) if each.allowed is not None]
    limits = dict(one.limits)
    for name, value in other.limits.items():
        tighter = min if name.startswith("max") else max
        limits[name] = tighter(value, limits.get(name, value))
    return Field(one.required or other.required, reduce(frozenset.__and__, sets) if sets else None, limits)


def _or(known: list[Field], *, everywhere: bool) -> Field:
    sets = [each.allowed for each in known if each.allowed is not None]
    limits = {}
    for name in known[0].limits:
        values = [each.limits[name] for each in known if name in each.limits]
        if len(values) == len(known):
            limits[name] = (max if name.startswith("max") else min)(values)
    return Field(
        required=everywhere and all(each.required for each in known),
        allowed=reduce(frozenset.__or__, sets) if len(sets) == len(known) else None,
        limits=limits,
    )


def list_in(schema: Mapping[str, Any], word: str) -> list[Any]:
    """The list under a word; empty where there is none."""
    found = schema.get(word)
    return found if isinstance(found, list) else []


def _about_members(condition: object) -> bool:
    if not isinstance(condition, dict):
        return False
    words = {"required", "properties", "x-anyRequired", "x-exactlyOne"}
    return not words.isdisjoint(condition) or _about_members(condition.get("not"))


def _allowed(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """The values that are listed, without null and empty text; None where no value is listed."""
    values = [schema["const"]] if "const" in schema else list_in(schema, "enum")
    return frozenset(str(value) for value in values if value not in (None, "")) if values else None


def _limits(schema: Mapping[str, Any]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for word, name in _LIMITS.items():
        value = schema.get(word)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = value
    return found
