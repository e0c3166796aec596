"""Where published documents are known to be wrong, or to say less than our contracts (`advice/openapi-known.json`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pytest_customerio.core import data
from pytest_customerio.tools.drift.comparison import Difference


@dataclass(frozen=True, slots=True)
class Entry:
    """Differences that are expected: of these operations (`surface` where they are none of ours), at these places."""

    operation: str
    rule: str
    where: str
    reason: str
    source: str
    surface: str = ""
    other_than: tuple[str, ...] = ()

    def covers(self, difference: Difference) -> bool:
        """Whether it speaks of this difference."""
        found = difference.violation
        return self.rule == found.rule and self._of(difference.operation) and _fits(found.where, self.where)

    def concerns(self, operations: Iterable[str], surfaces: Iterable[str]) -> bool:
        """Whether it speaks of anything that was compared."""
        return self.surface in surfaces if self.surface else any(map(self._of, operations))

    def _of(self, operation: str) -> bool:
        return _fits(operation, self.operation) and not any(_fits(operation, one) for one in self.other_than)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known: expected differences, and shared schemas of a document that belong to calls of another one."""

    entries: tuple[Entry, ...]
    schemas: Mapping[str, str]

    @classmethod
    def load(cls, path: Path | None = None) -> Known:
        """What the project ships. Raises `DataError`."""
        found = data.read_json(path or data.advice() / "openapi-known.json")
        return cls(tuple(map(_entry, found["differences"])), found["schemas"])

    def split(self, differences: Iterable[Difference]) -> tuple[list[Difference], list[Difference], set[Entry]]:
        """The differences that are news, those that are known, and the entries that spoke of one."""
        news: list[Difference] = []
        old: list[Difference] = []
        spoken: set[Entry] = set()
        for difference in differences:
            entries = [entry for entry in self.entries if entry.covers(difference)]
            spoken.update(entries)
            (old if entries else news).append(difference)
        return news, old, spoken

    def stale(self, spoken: set[Entry], operations: Sequence[str], surfaces: Iterable[str]) -> list[Entry]:
        """The entries that speak of what was compared, and of no difference any more."""
        known = frozenset(surfaces)
        return [one for one in self.entries if one not in spoken and one.concerns(operations, known)]


def _entry(row: Mapping[str, Any]) -> Entry:
    known = {name: row[name] for name in ("operation", "rule", "where", "reason", "source")}
    return Entry(**known, surface=row.get("surface", ""), other_than=tuple(row.get("except", ())))


def _fits(text: str, pattern: str) -> bool:
    """As `fnmatch`, where `[` is only itself."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))
