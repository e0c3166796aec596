"""Values of published types."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.catalog.samples import sample

DEFINITIONS = {"person": {"properties": {"id": {"type": "string", "examples": ["42"]}}}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "integer"}, 1),
        ({"type": "boolean"}, False),
        ({"type": ["null", "string"]}, None),
        ({"enum": ["asc", "desc"]}, "asc"),
        ({"type": "string", "examples": ["Ada", "Bob"]}, "Ada"),
        ({"type": "array"}, []),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"$ref": "#/$defs/person"}, {"id": "42"}),
        ({"$ref": "../common.json#/$defs/elsewhere"}, {}),
        ({}, {}),
    ],
)
def test_a_value_of_the_type(schema: dict[str, Any], value: object) -> None:
    """The first example comes first; an object has all its members, a list one element."""
    assert sample(schema, DEFINITIONS) == value
