"""Keeps a workspace within a size in memory: the oldest entries of the largest kind are removed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from operator import delitem
from sys import getsizeof
from typing import Any

from pytest_customerio.tools.sandbox.workspace.people.person import Notes
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

MAX_WEIGHT = 256 * 1024 * 1024
# What is stored is measured again when so much was received since the last time: a part of the limit, and of what was
# stored then. So the time for measuring grows no faster than what is received.
_PART_OF_LIMIT = 16
_PART_OF_STORED = 4

# The size of one entry in bytes, and what removes it.
Entry = tuple[int, Callable[[], object]]


class Memory:
    """The size of a workspace in memory. `limit` is in bytes; about a quarter more may be stored for some time."""

    def __init__(self, workspace: Workspace, limit: int = MAX_WEIGHT) -> None:
        self._workspace = workspace
        self._limit = limit
        self._received = 0
        self._stored = 0

    def receive(self, weight: int) -> Notes:
        """Note that a payload of so many bytes was received, with what was made of it.

        Returns a note if entries were removed for it.
        """
        self._received += weight + self._workspace.made_bytes
        self._workspace.made_bytes = 0
        if self._received < max(self._limit // _PART_OF_LIMIT, self._stored // _PART_OF_STORED):
            return ()
        self._received = 0
        removed = self._shrink()
        megabytes = f"{self._limit / 1024 / 1024:g} MB"
        return tuple(f"the sandbox keeps about {megabytes}: the oldest {name} are gone" for name in removed)

    def _shrink(self) -> list[str]:
        """Remove entries until the rest is within the limit; returns the kinds of which some were removed."""
        kinds = {name: deque(entries) for name, entries in _entries(self._workspace).items()}
        sizes = {name: sum(size for size, _ in entries) for name, entries in kinds.items()}
        removed: dict[str, None] = {}
        while sum(sizes.values()) > self._limit:
            largest = max(sizes, key=lambda name: sizes[name])
            size, remove = kinds[largest].popleft()
            sizes[largest] -= size
            remove()
            removed[largest] = None
        self._stored = sum(sizes.values())
        return list(removed)


def weigh(value: object) -> int:
    """The size of a value in memory in bytes, with everything in it."""
    total, rest = 0, [value]
    while rest:
        one = rest.pop()
        total += getsizeof(one)
        if isinstance(one, Mapping):
            rest.extend(one.keys())
            rest.extend(one.values())
        elif isinstance(one, list | tuple | deque):
            rest.extend(one)
        elif is_dataclass(one):
            rest.extend(getattr(one, field.name) for field in fields(one))
    return total


def _entries(workspace: Workspace) -> Mapping[str, Sequence[Entry]]:
    """The entries of each kind, oldest first."""
    return {
        "people": [(weigh(each), partial(workspace.delete, ("cio_id", each.cio_id))) for each in workspace.people],
        "objects": [(weigh(each), partial(workspace.objects.delete, each)) for each in workspace.objects.all],
        "activities": [(weigh(each), workspace.activities.remove_oldest) for each in workspace.activities],
        "records of the inventory": [
            (weigh(record), partial(workspace.inventory.forget, kind, key)) for kind, key, record in workspace.inventory
        ],
        **{
            name: [(weigh(key) + weigh(value), partial(delitem, store, key)) for key, value in store.items()]
            for name, store in _stores(workspace).items()
        },
    }


def _stores(workspace: Workspace) -> Mapping[str, dict[Any, Any]]:
    """The entries that lie in a dictionary, oldest first."""
    return {
        "messages": workspace.deliveries,
        "anonymous visitors": workspace.visitors.events,
        "submitted forms": workspace.forms,
        "files of exports": workspace.files,
        "segments": workspace.segments,
        "triggers": workspace.triggers,
        "suppressed identifiers": workspace.people.suppressed,
        "suppressed addresses": workspace.esp_suppressions,
        "opt-outs": workspace.optouts,
        "anonymous ids of people": workspace.visitors.people,
    }
