"""What the command `check` was asked for, as one value that a process can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """`operation` is the operation of every payload; without it each entry says by itself what it is.

    `region`, `hosts`, `schemas` and `plan` are as in the ini of a project; `allow` are rules that may be broken.
    """

    operation: str | None = None
    region: str | None = None
    hosts: tuple[str, ...] = ()
    schemas: tuple[Path, ...] = ()
    plan: Path | None = None
    allow: frozenset[str] = frozenset()
