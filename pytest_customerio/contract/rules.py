"""The vocabulary of rules, `schemas/rules.json`, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pytest_customerio.core.model import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One word of the vocabulary. `kind` is payload, handling or session; `prevents` are ids of error cases."""

    name: str
    severity: Severity
    kind: str
    breaks_when: str
    prevents: tuple[str, ...]


def load_rules(rows: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Rule]:
    """The rules by name."""
    return MappingProxyType(
        {
            name: Rule(name, row["severity"], row["kind"], row["breaks_when"], tuple(row["prevents"]))
            for name, row in rows.items()
        }
    )
