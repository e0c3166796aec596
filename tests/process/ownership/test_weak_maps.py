"""Dictionaries with weak keys are read as they are at the moment."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from pytest_customerio.process.ownership.weak_maps import give, has_any, keys, keys_of


class Key:
    """Something that can be referred to weakly."""


def test_values_are_given_and_taken() -> None:
    """None takes the value away; a key that is gone is not listed."""
    owned: WeakKeyDictionary[Key, str] = WeakKeyDictionary()
    first, second = Key(), Key()
    assert keys(owned) == []
    give(owned, first, "A")
    give(owned, second, "B")
    assert has_any(owned)
    assert keys_of("A", owned) == [first]
    give(owned, first, None)
    give(owned, first, None)
    assert keys(owned) == [second]
    del second
    assert keys(owned) == []
