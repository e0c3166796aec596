"""Payloads as they are stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.tools.sandbox.requests.stored_payload import (
    DEEPEST,
    OUT_OF_RANGE,
    stored,
    stored_small,
    whole_characters,
)

# Every character that Python has, with halves of surrogate pairs, and every number that a JSON text can hold.
TEXT = st.text(st.characters(exclude_categories=()), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_what_is_stored_can_be_written(value: Any) -> None:
    """A payload with halves of surrogate pairs is stored without them; any other is stored as it is."""
    found = stored(json.loads(json.dumps(value)))
    written = json.dumps(found.value, ensure_ascii=False, allow_nan=False).encode()
    assert json.loads(written) == found.value
    assert found.weight > 0
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        assert "\ufffd".encode() in written
    else:
        assert (found.value, found.problem) == (value, "")


@pytest.mark.parametrize("text", ['{"a": 1e999}', "[-1e999]", '{"a": [{"b": 1e999}]}'])
def test_a_number_out_of_range(text: str) -> None:
    """A number that Python reads as infinity cannot be written, so that it is not stored."""
    assert stored(json.loads(text)).problem == OUT_OF_RANGE


def test_the_levels_of_nesting() -> None:
    """One level more than the limit is refused."""
    value: Any = 1
    for _ in range(DEEPEST - 1):
        value = [value]
    assert stored(value).value == value
    assert stored([value]).problem == "nested too deep"


def test_the_weight_grows_with_the_payload() -> None:
    """The size in memory counts every text and every container."""
    assert stored({"a": "x" * 10_000}).weight > 10_000
    assert stored([[] for _ in range(1000)]).weight > 50_000


def test_characters() -> None:
    """Pairs stay what they are, halves are replaced."""
    assert whole_characters("Zo\u00eb \U0001f600") == "Zo\u00eb \U0001f600"
    assert whole_characters("cut \ud83d") == "cut \ufffd"


@given(JSON)
def test_a_small_body(value: Any) -> None:
    """A small and usual body is stored as it is, without being looked at; every other one is looked at."""
    body = json.dumps(value).encode()
    found = stored_small(body, value)
    if found is not None:
        assert stored(value) == (value, stored(value).weight, "")
        assert found.weight > 200


def test_what_is_looked_at() -> None:
    """Escapes, characters beyond ASCII, fractions, nesting, large bodies, and what is no object."""
    for value in ({"a": "\ud83d"}, {"é": 1}, {"a": 1.5}, {"a": {}}, {"a": []}, {"a": "x" * 1025}, [1], "a", None):
        assert stored_small(json.dumps(value, ensure_ascii=value == {"a": "\ud83d"}).encode(), value) is None
    assert stored_small(b'{"a": 1}', {"a": 1}) == ({"a": 1}, 264, "")
