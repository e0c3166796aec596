"""Schemas within schemas are found, and copied with a change."""

from __future__ import annotations

from pytest_customerio.contract.engine.walk import rebuilt, subschemas

DOCUMENT = {
    "properties": {"properties": {"type": "string"}, "tags": {"items": {"type": "number"}}},
    "anyOf": [True, {"required": ["a"]}],
    "additionalProperties": False,
    "enum": [{"type": "not a schema"}],
}


def test_subschemas() -> None:
    """A property may be named like a keyword; a value of `enum` is no schema."""
    assert [path for path, _ in subschemas(DOCUMENT)] == [
        (),
        ("properties", "properties"),
        ("properties", "tags"),
        ("properties", "tags", "items"),
        ("anyOf", 1),
    ]


def test_a_copy_is_changed() -> None:
    """Every schema that is an object is changed, and the original stays."""
    copy = rebuilt(DOCUMENT, lambda schema: {**schema, "title": "x"})
    assert copy["properties"]["tags"]["items"] == {"type": "number", "title": "x"}
    assert copy["anyOf"] == [True, {"required": ["a"], "title": "x"}]
    assert (copy["title"], copy["enum"], copy["additionalProperties"]) == ("x", DOCUMENT["enum"], False)
    assert "title" not in DOCUMENT
