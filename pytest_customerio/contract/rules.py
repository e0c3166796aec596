"""The vocabulary of rules (`schemas/rules.json`), and violations with the severity that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from pytest_customerio.core import data
from pytest_customerio.core.model import Severity, Violation

_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}
_DIGITS = re.compile(r"(\d+)")


class Rule(NamedTuple):
    """One word of the vocabulary. `kind` is payload, handling or session; `prevents` are ids of error cases."""

    name: str
    severity: Severity
    kind: str
    breaks_when: str
    prevents: tuple[str, ...]


@cache
def vocabulary() -> Mapping[str, Rule]:
    """The rules by name. The file is read once. Raises `DataError`."""
    rows: Mapping[str, Mapping[str, Any]] = data.read_json(data.schemas() / "rules.json")
    return MappingProxyType(
        {
            name: Rule(name, row["severity"], row["kind"], row["breaks_when"], tuple(row["prevents"]))
            for name, row in rows.items()
        }
    )


def violation(
    rule: str,
    where: str,
    expected: str,
    got: str,
    hint: str = "",
    error: str = "",
    source: str = "documented",
    severity: Severity | None = None,
) -> Violation:
    """One violation of a payload. `error` is what Customer.io would answer, `source` is how sure that is.

    Without a `severity` it is the rule's own, or an error where the vocabulary does not know the rule; an error that is
    only inferred is a warning.
    """
    if severity is None:
        known = vocabulary().get(rule)
        severity = known.severity if known else "error"
        severity = "warning" if severity == "error" and source == "inferred" else severity
    return Violation(rule, severity, where, expected, got, hint, source=source, error=error)


def in_order(found: Iterable[Violation], sent_from: str | None) -> tuple[Violation, ...]:
    """The violations of one request with its call site, sorted by severity, place and rule; each pair of rule and place
    once.
    """
    worst: dict[tuple[str, str], Violation] = {}
    for each in found:
        known = worst.get((each.rule, each.where))
        if known is None or _RANK[each.severity] < _RANK[known.severity]:
            worst[each.rule, each.where] = each._replace(sent_from=sent_from)
    return tuple(sorted(worst.values(), key=lambda each: (_RANK[each.severity], _natural(each.where), each.rule)))


def _natural(where: str) -> list[tuple[int, str]]:
    """A sort key that puts `$.batch[9]` before `$.batch[10]`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in _DIGITS.split(where)]
