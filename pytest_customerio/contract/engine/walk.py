"""Where in a JSON Schema other schemas stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Any
Path = tuple[str | int, ...]
_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLE = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties", "contentSchema"}
)
_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$anchor", "$dynamicAnchor", "$comment", "$vocabulary", "title", "description", "default"}
    | {"examples", "example", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "labels"}
)
CONSTRAINTS = (
    _MAPS
    | _LISTS
    | _SINGLE
    | {"$ref", "$dynamicRef", "type", "enum", "const", "format", "required", "dependentRequired"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"}
    | {"minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties"}
)
# Each keyword that means something in a schema of a plan. Another one is a mistake: it would constrain nothing.
KEYWORDS = CONSTRAINTS | _ANNOTATIONS


def subschemas(schema: Json, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    """The schema and all schemas in it that are objects, each with its path."""
    if isinstance(schema, dict):
        yield path, schema
        for keyword, value in schema.items():
            for name, one in _within(keyword, value):
                yield from subschemas(one, (*path, keyword, *name))


def rebuilt(schema: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """A copy in which each schema that is an object is changed, the innermost first."""
    if not isinstance(schema, dict):
        return schema
    copy = dict(schema)
    for keyword, value in schema.items():
        if keyword in _MAPS and isinstance(value, dict):
            copy[keyword] = {name: rebuilt(one, change) for name, one in value.items()}
        elif keyword in _LISTS and isinstance(value, list):
            copy[keyword] = [rebuilt(one, change) for one in value]
        elif keyword in _SINGLE:
            copy[keyword] = rebuilt(value, change)
    return change(copy)


def _within(keyword: str, value: Json) -> Iterator[tuple[Path, Json]]:
    if keyword in _MAPS and isinstance(value, dict):
        yield from (((name,), one) for name, one in value.items())
    elif keyword in _LISTS and isinstance(value, list):
        yield from (((index,), one) for index, one in enumerate(value))
    elif keyword in _SINGLE:
        yield (), value
