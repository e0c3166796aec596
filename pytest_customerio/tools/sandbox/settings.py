"""How a sandbox behaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one sandbox.

    `strict` refuses a payload for a warning of the contract too. `seed` makes the keys repeatable. `cassettes` are
    folders with error cases of the user. `inventory` is a file that describes what the workspace has besides people.
    """

    region: str = "us"
    rate_limit: bool = False
    strict: bool = False
    seed: str | None = None
    tls: bool = False
    cassettes: Sequence[Path] = ()
    inventory: Path | None = None
