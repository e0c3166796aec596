"""A schema and the shared definitions become one document."""

from __future__ import annotations

from pytest_customerio.contract.engine.bundle import (
    bundle,
    enclosing,
    for_speed,
    foreign_references,
    parameters,
    size_limits,
)

COMMON = {"$defs": {"name": {"x-maxBytes": 8, "$ref": "#/$defs/other"}, "other": {"type": "string"}}}


def test_the_shared_facts_are_inside() -> None:
    """References to common.json, and those within it, lead into the document; other references stay."""
    whole = bundle(
        {"$defs": {"own": {}}, "items": [{"$ref": "../common.json#/$defs/name"}, {"$ref": "#/$defs/own"}]}, COMMON
    )
    assert whole["items"] == [{"$ref": "#/$defs/customerio/$defs/name"}, {"$ref": "#/$defs/own"}]
    assert whole["$defs"]["own"] == {}
    assert whole["$defs"]["customerio"]["$defs"]["name"]["$ref"] == "#/$defs/customerio/$defs/other"
    assert foreign_references(whole) == []


def test_references_to_elsewhere_are_found() -> None:
    """References are found at any depth."""
    document = {"allOf": [{"$ref": "https://x.example/y"}, {"items": {"$dynamicRef": "other.json"}}, {"$ref": "#/z"}]}
    assert foreign_references(document) == ["https://x.example/y", "other.json"]


def test_the_fast_document_says_the_same() -> None:
    """Limits of JSON sizes and members without effect are dropped; short text is allowed by its characters."""
    fast = for_speed([{"x-maxBytes": 10, "x-maxJsonBytes": 5, "examples": [1], "x-cio": {}, "type": "string"}])
    assert fast == [{"type": "string", "anyOf": [{"maxLength": 2}, {"x-maxBytes": 10}]}]
    assert for_speed({"x-maxBytes": 10, "anyOf": [True]}) == {"x-maxBytes": 10, "anyOf": [True]}


def test_every_size_limit_is_found() -> None:
    """Limits of JSON sizes are found at any depth; members of a payload with such a name are none."""
    document = {"x-maxJsonBytes": 5, "allOf": [{"x-warnJsonBytes": 3}, {"properties": {"x-maxJsonBytes": {}}}]}
    assert sorted(size_limits(document)) == [3, 5]


def test_the_way_to_a_place_follows_references() -> None:
    """The subschemas come outermost first, up to the last one that exists."""
    document = {"properties": {"a": {"$ref": "#/$defs/x~1y"}}, "$defs": {"x/y": {"items": {"type": "string"}}}}
    ways = list(enclosing(document, ["properties", "a", "items", "type"]))
    assert ways == [
        document,
        document["properties"],
        {"$ref": "#/$defs/x~1y"},
        {"items": {"type": "string"}},
        {"type": "string"},
    ]
    assert list(enclosing({"allOf": [{"a": 1}]}, ["allOf", 0, "b", "c"])) == [{"allOf": [{"a": 1}]}, {"a": 1}]


def test_known_members_are_names_to_the_fast_engine() -> None:
    """A list of known members becomes an enumeration of names, beside what else is demanded of them."""
    names = {"propertyNames": {"enum": ["a"]}}
    assert for_speed({"x-known": ["a"]}) == {"allOf": [names]}
    assert for_speed({"x-known": ["a"], "allOf": [{}], "propertyNames": {"x-maxBytes": 5}}) == {
        "allOf": [{}, names],
        "propertyNames": for_speed({"x-maxBytes": 5}),
    }


def test_parameters_become_one_schema() -> None:
    """Parameters of the query are optional without x-required."""
    email = {"type": "string", "x-required": True, "x-cio": {"x-required": {"rule": "missing-identifier"}}}
    schema = parameters({"x-cio": {"parameters": {"path": {"id": {}}, "query": {"email": email, "start": {}}}}})
    assert schema["properties"]["path"] == {"properties": {"id": {}}, "required": [], "x-cio": {}}
    assert schema["properties"]["query"]["required"] == ["email"]
    assert schema["properties"]["query"]["x-cio"] == {"required:email": {"rule": "missing-identifier"}}
    assert parameters({"x-cio": {}})["properties"]["query"] == {"properties": {}, "required": [], "x-cio": {}}


def test_only_definitions_that_are_needed_are_bundled() -> None:
    """A definition is bundled if the schema needs it, directly or through another one. A reference to an unknown
    definition stays, so that the engine refuses it."""
    common = {"$defs": {**COMMON["$defs"], "unused": {"type": "null"}}}
    whole = bundle({"$ref": "../common.json#/$defs/name"}, common)
    assert set(whole["$defs"]["customerio"]["$defs"]) == {"name", "other"}
    lost = bundle({"$ref": "../common.json#/$defs/gone/properties/x"}, common)
    assert lost == {"$ref": "#/$defs/customerio/$defs/gone/properties/x", "$defs": {"customerio": {"$defs": {}}}}
