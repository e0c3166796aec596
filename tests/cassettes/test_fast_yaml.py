"""Simple YAML is built quickly: the values are those of PyYAML's own constructor, or building is refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from for_each import for_each
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.cassettes import parsing
from pytest_customerio.cassettes.fast_yaml import NotPlainError, build
from pytest_customerio.core import data

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.dates()
    | st.sampled_from(["~", "yes", "0x1f", "010", "1_0", "<<", "=", "2026-11-23", "1e3", "null", "0"]) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def read(text: str) -> Any:
    return build(yaml.compose(text, Loader=parsing._Composer))


@for_each("path", sorted(data.cassettes().glob("*/*.yaml")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_our_cassettes_are_plain(path: Any) -> None:
    """Every shipped cassette is simple YAML, and the quick way reads it as PyYAML does."""
    text = path.read_text(encoding="utf-8")
    assert read(text) == yaml.safe_load(text)


@given(VALUES)
def test_the_same_value_or_none(value: object) -> None:
    """A random value that PyYAML wrote is read as the same value, or refused."""
    text = yaml.safe_dump(value)
    try:
        found = read(text)
    except NotPlainError:
        return
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "1.5",
        "2026-11-23",
        "0x1f",
        "010",
        "-1",
        "1_000",
        "yes",
        "{1: 2}",
        "{<<: {a: 1}}",
        "!x 1",
        "!!binary aGk=",
        "&a [*a]",
    ],
)
def test_what_is_special_is_left_to_yaml(text: str) -> None:
    """Unusual numbers and words, tags, merges, keys that are no text and cycles are refused."""
    with pytest.raises(NotPlainError):
        read(text)


@pytest.mark.parametrize(
    ("text", "value"), [("# nothing\n", None), ("0", 0), ("'0'", "0"), ("false", False), ("", None)]
)
def test_what_is_plain(text: str, value: object) -> None:
    """Scalars are read by their tag; a document without content is None."""
    assert read(text) == value


def test_an_alias_is_the_thing_itself() -> None:
    """An alias gives the very object that its anchor names."""
    first, second, third = read("[&a {b: [c]}, *a, {b: [c]}]")
    assert first is second
    assert first == third
