"""How a sandbox behaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one sandbox.

    `strict` refuses a payload for a warning of the contract too. `seed` makes the keys repeatable. `cassettes` are
    folders with error cases of the user, `schemas` those with contracts of the user, `plan` that of the tracking plan.
    `inventory` is a file that describes what the workspace has besides people.

    `webhooks` are URLs to which all events are posted, `webhook_hosts` further hosts to which webhooks may go.
    `data` is a file in which everything is kept, `load` are files with people and more for a new workspace,
    `templates` is a folder with the texts of transactional messages.
    `webhook_hour` is how many seconds an hour of waiting for a retry takes. `at_once` are the metrics that each message
    gets as soon as it is sent.
    """

    region: str = "us"
    rate_limit: bool = False
    strict: bool = False
    seed: str | None = None
    tls: bool = False
    cassettes: Sequence[Path] = ()
    schemas: Sequence[Path] = ()
    plan: Path | None = None
    inventory: Path | None = None
    webhooks: Sequence[str] = ()
    webhook_hosts: Sequence[str] = ()
    webhook_hour: float = 3600.0
    data: Path | None = None
    load: Sequence[Path] = ()
    templates: Path | None = None
    at_once: tuple[str, ...] = ("sent", "delivered")
