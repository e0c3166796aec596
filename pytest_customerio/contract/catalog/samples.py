"""Builds a value of a published type, for answers and examples where only the type is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any
_VALUES: Mapping[str, Json] = {"string": "text", "integer": 1, "number": 1, "boolean": False, "null": None}


def sample(schema: Mapping[str, Json], definitions: Mapping[str, Json]) -> Json:
    """A value of the type: its first example, else one with every member and one element in each list.

    A reference leads to the definition that its last segment names; one that is not there is any object.
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return sample(definitions.get(schema["$ref"].rpartition("/")[2], {}), definitions)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "array":
        return [sample(schema["items"], definitions)] if "items" in schema else []
    if kind == "object":
        return {name: sample(one, definitions) for name, one in schema.get("properties", {}).items()}
    return _VALUES[kind]
