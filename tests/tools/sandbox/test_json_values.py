"""Reading members of a payload that may have any type."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.json_values import as_text, flag, integer, mapping, mappings, parse_number


@pytest.mark.parametrize(("value", "expected"), [({"a": 1}, {"a": 1}), ([], {}), (None, {}), ("a", {})])
def test_an_object(value: object, expected: object) -> None:
    """Everything but an object is read as an empty one."""
    assert mapping(value) == expected


@pytest.mark.parametrize(("value", "expected"), [([{"a": 1}, 2, None], [{"a": 1}]), ({"a": 1}, []), (None, [])])
def test_a_list_of_objects(value: object, expected: object) -> None:
    """Entries of a list that are not objects are left out."""
    assert mappings(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (2.9, 2), (True, 7), ("1", 7), (None, 7)])
def test_an_integer(value: object, expected: int) -> None:
    """Everything but a number is read as the default; a boolean is not a number."""
    assert integer(value, 7) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("TRUE", True), (1, True), ("yes", False), (None, False)]
)
def test_a_flag(value: object, expected: bool) -> None:
    """True in any spelling and 1 are true."""
    assert flag(value) is expected


@pytest.mark.parametrize(("text", "expected"), [("42", 42), ("", 0), ("-1", 0), ("x", 0), ("٤", 0), ("9" * 19, 0)])
def test_a_number_in_an_address(text: str, expected: int) -> None:
    """Text that is not a number, and a number that is too large for any record, are read as 0."""
    assert parse_number(text) == expected


@pytest.mark.parametrize(("value", "expected"), [("ü", "ü"), ({"ü": [1, None]}, '{"ü":[1,null]}'), (True, "true")])
def test_text(value: object, expected: str) -> None:
    """A string stays as it is; everything else is compact JSON."""
    assert as_text(value) == expected
