"""What a workspace has besides people, objects, segments and messages: campaigns, newsletters, snippets and more.

Most of it is made in Customer.io's interface, and only read by applications.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_customerio.tools.sandbox.json_values import parse_number

MAX_REMOVED = 10_000
Record = dict[str, Any]


class Inventory:
    """Records by kind and key, each as the App API returns it.

    A kind is such as `campaigns`, or `campaigns/1/actions` for what belongs to one campaign. `described` says that a
    file of the user describes the workspace: then what it does not name does not exist.
    """

    def __init__(self, *, described: bool = False) -> None:
        self.described = described
        self._kinds: dict[str, dict[str, Record]] = {}
        self._removed: dict[tuple[str, str], None] = {}

    def __iter__(self) -> Iterator[tuple[str, str, Record]]:
        """Each record with its kind and key."""
        for kind, records in self._kinds.items():
            for key, record in records.items():
                yield kind, key, record

    def all(self, kind: str) -> list[Record]:
        """The records of a kind."""
        return list(self._kinds.get(kind, {}).values())

    def find(self, kind: str, key: str) -> Record | None:
        """The record with this key."""
        return self._kinds.get(kind, {}).get(key)

    def may_exist(self, kind: str, key: str) -> bool:
        """Whether Customer.io may have a record that the sandbox does not know."""
        return not self.described and (kind, key) not in self._removed

    def put(self, kind: str, key: str, record: Record) -> Record:
        """Add or replace a record."""
        self._removed.pop((kind, key), None)
        self._kinds.setdefault(kind, {})[key] = record
        return record

    def remove(self, kind: str, key: str) -> bool:
        """Remove a record. Returns whether there was one, or may have been one."""
        known = self.may_exist(kind, key)
        self._removed[kind, key] = None
        if len(self._removed) > MAX_REMOVED:
            del self._removed[next(iter(self._removed))]
        return self.forget(kind, key) or known

    def forget(self, kind: str, key: str) -> bool:
        """Stop storing a record. Returns whether there was one."""
        return self._kinds.get(kind, {}).pop(key, None) is not None

    def next_number(self, kind: str) -> int:
        """The number for a new record: greater than those of all that there are, and of those that were removed."""
        removed = (key for of, key in self._removed if of == kind)
        return max((parse_number(key) for key in (*self._kinds.get(kind, {}), *removed)), default=0) + 1
