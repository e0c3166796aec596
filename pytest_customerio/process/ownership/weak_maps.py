"""Reads and changes dictionaries with weak keys, which other threads may change meanwhile."""

from __future__ import annotations

from typing import Any, TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
T = TypeVar("T")


def give(owned: WeakKeyDictionary[K, T], key: K, owner: T | None) -> None:
    """Set the value of a key; None removes the key."""
    if owner is None:
        owned.pop(key, None)
    else:
        owned[key] = owner


def keys_of(owner: T, owned: WeakKeyDictionary[K, T]) -> list[K]:
    """The keys that have this value."""
    return [key for key in keys(owned) if owned.get(key) is owner]


def has_any(owned: WeakKeyDictionary[Any, Any]) -> bool:
    """Whether there is any key, perhaps a dead one.

    Most tests start no thread and no task: asking `data`, the dictionary in a WeakKeyDictionary (private, CPython 3.11
    to 3.14), is ten times as fast as its `__len__`.
    """
    return bool(owned.data)  # type: ignore[attr-defined]


def keys(owned: WeakKeyDictionary[K, Any]) -> list[K]:
    """The keys at this moment, as a list."""
    return [key for ref in owned.keyrefs() if (key := ref()) is not None] if has_any(owned) else []
