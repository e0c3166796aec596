"""A dictionary of which the oldest entries go when there are too many."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def put_bounded(values: dict[K, T], key: K, value: T, limit: int) -> None:
    """Put a value into a dictionary; remove the oldest if there are more than `limit`."""
    values[key] = value
    if len(values) > limit:
        del values[next(iter(values))]
