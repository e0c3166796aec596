"""The noun operation: one call of the Customer.io API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Operation(NamedTuple):
    """One call of the Customer.io API.

    `id` is `<surface>.<name>`, as in `track.event`; its schema is `schemas/<surface>/<name>.json`.
    `path` is a template such as `/api/v1/customers/{identifier}/events`; `hosts` maps `us` and `eu` to host names.
    `auth` is `basic` (site id and Track API key), `bearer` (App API key), `write-key` (Pipelines) or `none`.
    `variant` holds the body members that tell operations on one path apart, as `{"type": "person", "action": "event"}`.
    `like` is the id of the operation whose payload this one has, where it has no payload of its own.
    """

    id: str
    surface: str
    method: str
    path: str
    hosts: Mapping[str, str]
    auth: str
    docs: str
    variant: Mapping[str, str] = {}
    like: str = ""

    @property
    def name(self) -> str:
        """The id without its surface: `event` of `track.event`."""
        return self.id.partition(".")[2]

    def __eq__(self, other: object) -> bool:
        """An operation equals another one with the same values, and the text of its id: tests compare it with that."""
        return self.id == other if isinstance(other, str) else tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.id)

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<{self.id}>"


class OperationName(str):
    """The id of an operation where no more is known: a text with the `id`, `surface` and `name` of an `Operation`."""

    __slots__ = ()

    @property
    def id(self) -> str:
        """The id as a text and nothing else."""
        return str(self)

    @property
    def surface(self) -> str:
        """`track` of `track.event`."""
        return self.partition(".")[0]

    @property
    def name(self) -> str:
        """`event` of `track.event`."""
        return self.partition(".")[2]
