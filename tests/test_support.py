"""What the tests themselves are built with."""

from __future__ import annotations

import inspect

import pytest
from for_each import for_each


def test_for_each_tries_all_values_and_names_those_that_fail() -> None:
    """A failure does not hide the ones behind it; assertions and `pytest.fail` count alike; no value is forgotten."""
    tried = []

    @for_each("number", [1, 2, 3, 4], ids=lambda number: f"n{number}")
    @for_each(("letter", "more"), [("a", 0), ("b", 0)])
    def odd(number: int, letter: str, more: int, tmp: str) -> None:
        tried.append((number, letter, more, tmp))
        if number == 4:
            pytest.fail("four")
        assert number % 2 or letter == "b"

    assert list(inspect.signature(odd).parameters) == ["tmp"]
    with pytest.raises(BaseExceptionGroup) as failed:
        odd(tmp="x")
    assert tried == [(number, letter, 0, "x") for number in (1, 2, 3, 4) for letter in "ab"]
    assert failed.value.message == "2 of 4 fail: n2, n4"
    assert [each.message for each in failed.value.exceptions] == ["1 of 2 fail: a-0", "2 of 2 fail: a-0, b-0"]


def test_for_each_shows_what_is_skipped() -> None:
    """The values behind a skipped one are tried; then the item is skipped, with the reason and the value."""
    tried = []

    @for_each("number", [1, 2])
    def skipping(number: int) -> None:
        tried.append(number)
        if number == 1:
            pytest.skip("not here")

    with pytest.raises(pytest.skip.Exception, match="1: not here"):
        skipping()
    assert tried == [1, 2]


def test_for_each_wants_values() -> None:
    """A test that has lost its values fails; it does not pass for nothing."""
    with pytest.raises(AssertionError, match="no value"):
        for_each("number", [])
