"""Shapes: keys and types of a JSON value, and the differences between two of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.core.payload import decode
from pytest_customerio.tools.drift.answers.shape import DEEPEST, Change, Shape, compare, of, of_payload, union

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
KEYS = st.sampled_from(["a", "b", "c", "a.b", "", "x@y.z", "é"]) | st.text(max_size=2)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


def changes(expected: object, got: object) -> list[Change]:
    return list(compare(of(expected), of(got)))


@settings(deadline=None)
@given(JSON)
def test_a_shape_is_its_own(value: object) -> None:
    """A value does not differ from itself, and has the shape of its JSON text."""
    assert changes(value, value) == []
    assert of_payload(decode({}, json.dumps(value).encode())) == of(json.loads(json.dumps(value)))


@settings(deadline=None)
@given(JSON, JSON)
def test_added_and_removed_are_mirror_images(one: object, other: object) -> None:
    """A member that is added in one direction is removed at the same place in the other."""
    there, back = changes(one, other), changes(other, one)
    added, removed = (
        sorted(change.where for change in found if change.kind == kind)
        for found, kind in ((there, "added"), (back, "removed"))
    )
    assert added == removed


@settings(deadline=None)
@given(st.lists(JSON, max_size=4))
def test_a_list_has_the_shape_of_all_its_elements(elements: list[object]) -> None:
    """The order and number of the elements make no difference."""
    assert of(elements) == of([*elements, *elements])
    assert changes(elements, elements[::-1]) == []


@settings(deadline=None)
@given(st.binary(max_size=20))
def test_any_body_has_a_shape(body: bytes) -> None:
    """Bytes that are no JSON have a shape too."""
    assert isinstance(of_payload(decode({}, body)), Shape)


def test_values_do_not_matter() -> None:
    """Other values of the same types are no change."""
    assert changes({"a": 1, "b": ["x"]}, {"a": 2.5, "b": ["y", "z"]}) == []


@pytest.mark.parametrize(
    ("expected", "got", "kind", "where", "types"),
    [
        ({}, {"a": {"b": 1}}, "added", "$.a", ("nothing", "object")),
        ({"a": True}, {}, "removed", "$.a", ("boolean", "nothing")),
        ({"a": "1"}, {"a": 1}, "retyped", "$.a", ("text", "number")),
        ({"a": [1]}, {"a": None}, "retyped", "$.a", ("list", "null")),
        ({"a": None}, {"a": []}, "learnt", "$.a", ("null", "list")),
        ([{"a": 1}, {"b": 1}], [{"a": 1}], "removed", "$[*].b", ("number", "nothing")),
        ([1, "a"], [None, 1], "retyped", "$[*]", ("number or text", "null or number")),
        ({"a@b.co": 1}, {}, "removed", '$["…"]', ("number", "nothing")),
        ({"a": 1}, [], "retyped", "$", ("object", "list")),
    ],
)
def test_what_differs(expected: object, got: object, kind: str, where: str, types: tuple[str, str]) -> None:
    """Each kind of change is reported once, at its place; nothing below it is compared."""
    assert changes(expected, got) == [Change(kind, where, *types)]  # type: ignore[arg-type]


def test_fewer_types_are_no_change() -> None:
    """An answer with fewer of the recorded types is no change."""
    assert changes(["a", None], ["a"]) == []


def test_an_empty_list_says_nothing_about_elements() -> None:
    """An empty list equals any list, in both directions."""
    assert changes([], [{"a": 1}]) == changes([{"a": 1}], []) == []
    assert union([]) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "nothing"),
        (b" \n", "nothing"),
        (b"<html>", "text that is no JSON"),
        (b"[" * 200_000, "text that is no JSON"),
    ],
)
def test_bodies_that_are_no_json(body: bytes, kind: str) -> None:
    """A body that is no JSON has a type of its own, so that JSON in its place is a change."""
    assert of_payload(decode({}, body)).types == {kind}
    assert [c.kind for c in compare(of_payload(decode({}, body)), of_payload(decode({}, b"{}")))] == ["retyped"]


def test_very_deep_values_are_cut() -> None:
    """Below the greatest depth a value has a type and no members."""
    value: object = {"a": 1}
    for _ in range(DEEPEST):
        value = [value]
    assert changes(value, json.loads(json.dumps(value).replace('"a"', '"b"'))) == []
    assert changes(value, value) == []
