"""Shapes hold names and types, and no values."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.plan.shapes import merged, shape, signature, together, typed


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """The shape of an object."""
    return {"type": ["object"], "properties": properties, "required": required, "additionalProperties": False}


def of(*types: str) -> dict[str, Any]:
    """The shape of a value of these types."""
    return {"type": list(types)}


def test_the_shape_of_a_value() -> None:
    """Each type has its name; members and lists are looked into."""
    value = {"a": 1, "b": 1.5, "c": True, "d": None, "e": "x", "f": [], "g": [1, "x"], "h": {"i": 2}}
    assert shape(value) == closed(
        ["a", "b", "c", "d", "e", "f", "g", "h"],
        a=of("integer"),
        b=of("number"),
        c=of("boolean"),
        d=of("null"),
        e=of("string"),
        f=of("array"),
        g={"type": ["array"], "items": of("integer", "string")},
        h=closed(["i"], i=of("integer")),
    )


@pytest.mark.parametrize(
    "value",
    [{f"n{index}": 1 for index in range(101)}, {"ada@example.com": 1}, {"+15551234567": 1, "x": 2}],
)
def test_names_that_are_values(value: dict[str, int]) -> None:
    """Very many names, and names that may be about a person, are none of a shape."""
    assert shape({"by": value}) == closed(["by"], by=of("object"))
    assert list(typed({"by": value}, "$")) == [("$", "object"), ("$.by", "object")]


def test_an_odd_name_among_others() -> None:
    """It is left out; the rest of the data is known. Deeper in the data it says that the names are values."""
    value = {"plan": "pro", "ada@example.com": 1, "by": {"ada@example.com": 1, "x": 2}}
    found = closed(["by", "plan"], by=of("object"), plan=of("string")) | {"additionalProperties": True}
    assert shape(value) == found
    assert list(typed(value)) == [(".plan", "string"), (".by", "object")]
    assert merged(found, shape({"plan": 1}))["additionalProperties"] is True
    assert merged(shape({"ada@example.com": 1}), shape({"plan": 1}))["properties"] == {"plan": of("integer")}


def test_each_member_of_a_long_list_counts() -> None:
    """A plan judges all of them."""
    assert shape([*range(300), "x"]) == {"type": ["array"], "items": of("integer", "string")}
    assert signature([*range(300), "x"]) != signature([*range(300)])


def test_deep_data_is_cut() -> None:
    """Data that is nested deep is looked at down to the fifth level."""
    deep: Any = 1
    for _ in range(10):
        deep = {"a": [deep]}
    text = str(shape(deep))
    assert text.count("'a'") == 3 + 3  # as a property, and as a required one
    assert signature(deep) == signature({"a": [{"a": [{"a": []}]}]})
    assert len(list(typed(deep, "$"))) == 6


def test_two_shapes_are_merged() -> None:
    """The result holds for both: more types, more members, fewer of them required."""
    one, other = shape({"a": 1, "b": [1]}), shape({"a": 1.5, "b": [None], "c": {"d": 1}})
    assert merged(one, other) == closed(
        ["a", "b"],
        a=of("number"),
        b={"type": ["array"], "items": of("integer", "null")},
        c=closed(["d"], d=of("integer")),
    )
    assert merged(of("string"), closed([])) == {**closed([]), "type": ["object", "string"]}
    assert merged(of("object"), closed([])) == of("object")
    assert merged(of("array"), {"type": ["array"], "items": of("string")})["items"] == of("string")
    assert together(["null", "integer", "number", "array"]) == ["array", "number", "null"]


def test_signatures_are_those_of_shapes() -> None:
    """Values of one shape have one signature; empty text has its own, because it says "not set"."""
    assert signature({"a": 1, "b": ["x", "y"]}) == signature({"a": 2, "b": ["z"]})
    different: list[Any] = [{"a": 1}, {"a": 1.5}, {"a": "x"}, {"a": ""}, {"b": 1}, {"a": {"b": 1}}, {"a": [1]}, {}, ""]
    assert len({signature(one) for one in different}) == len(different)
    wide = {f"n{index}": 1 for index in range(101)}
    assert signature(wide) is signature({**wide, "more": 1}) is dict


def test_places_and_types() -> None:
    """Null and empty text have no type; an index in a list is any index."""
    value = {"a": None, "b": "", "c": [{"d e": 1}, {"d e": "x"}], "f": {"g": True}}
    assert list(typed(value)) == [
        (".c", "array"),
        (".c[*]", "object"),
        ('.c[*]["d e"]', "integer"),
        (".c[*]", "object"),
        ('.c[*]["d e"]', "string"),
        (".f", "object"),
        (".f.g", "boolean"),
    ]
