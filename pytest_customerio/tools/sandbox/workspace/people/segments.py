"""The manual segments of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Segment:
    """A manual segment; its members are cio_ids.

    `implicit` marks a segment that no call created: a call named its number, and it stands for one that was created in
    Customer.io's interface.
    """

    id: int
    name: str
    description: str = ""
    created: int = 0
    implicit: bool = False
    members: dict[str, None] = field(default_factory=dict)
