"""Differences that are expected: published documents that are wrong or incomplete (`advice/openapi-known.json`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pytest_customerio.core import data
from pytest_customerio.core.data import read_json
from pytest_customerio.tools.drift.documents.comparison import Difference


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """An expected difference. `operation` and `where` are patterns; `surface` is set for calls that we do not have."""

    operation: str
    rule: str
    where: str
    reason: str
    source: str
    surface: str = ""
    other_than: tuple[str, ...] = ()

    def covers(self, difference: Difference) -> bool:
        """Whether this difference is expected by it."""
        found = difference.violation
        return self.rule == found.rule and self._of(difference.operation) and _fits(found.where, self.where)

    def concerns(self, operations: Iterable[str], surfaces: Iterable[str]) -> bool:
        """Whether it is about anything that was compared."""
        return self.surface in surfaces if self.surface else any(map(self._of, operations))

    def _of(self, operation: str) -> bool:
        return _fits(operation, self.operation) and not any(_fits(operation, one) for one in self.other_than)


@dataclass(frozen=True, slots=True)
class KnownDifferences:
    """The expected differences, and the shared schemas of a document that belong to operations of another one."""

    entries: tuple[KnownDifference, ...]
    schemas: Mapping[str, str]

    @classmethod
    def load(cls, path: Path | None = None) -> KnownDifferences:
        """Those that the project ships. Raises `DataError`."""
        found = read_json(path or data.advice() / "openapi-known.json")
        return cls(tuple(map(_entry, found["differences"])), found["schemas"])

    def split(
        self, differences: Iterable[Difference]
    ) -> tuple[list[Difference], list[Difference], set[KnownDifference]]:
        """The new differences, the expected ones, and the entries that cover at least one."""
        new: list[Difference] = []
        expected: list[Difference] = []
        used: set[KnownDifference] = set()
        for difference in differences:
            entries = [entry for entry in self.entries if entry.covers(difference)]
            used.update(entries)
            (expected if entries else new).append(difference)
        return new, expected, used

    def stale(
        self, used: set[KnownDifference], operations: Sequence[str], surfaces: Iterable[str]
    ) -> list[KnownDifference]:
        """The entries about what was compared that cover no difference any more."""
        compared = frozenset(surfaces)
        return [one for one in self.entries if one not in used and one.concerns(operations, compared)]


def _entry(row: Mapping[str, Any]) -> KnownDifference:
    known = {name: row[name] for name in ("operation", "rule", "where", "reason", "source")}
    return KnownDifference(**known, surface=row.get("surface", ""), other_than=tuple(row.get("except", ())))


def _fits(text: str, pattern: str) -> bool:
    """Whether a pattern of `fnmatch` fits, where `[` stands for itself."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))
