"""The cassettes that the command `record` can record again, and those of them that words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.nearest import nearest
from pytest_customerio.tools.repeating import obstacle


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cassette that can be recorded again.

    `names` are the words that it can be named by. `source` is its present provenance, `documented` for instance.
    `obstacle` says why no target can be made to give its answer; it is empty where one may.
    """

    surface: str
    name: str
    path: Path
    names: tuple[str, ...]
    source: str
    obstacle: str = ""

    @property
    def id(self) -> str:
        """Surface and name: `track/400-invalid-id`."""
        return f"{self.surface}/{self.name}"


def candidates(cassettes: Cassettes) -> list[Candidate]:
    """One candidate for each surface and name of a cassette: the file that counts."""
    cases = {(case.surface, case.cassette): case for case in cassettes.cases()}
    found = []
    for (surface, name), path in sorted(cassettes.files().items()):
        case = cases.get((surface, name))
        family = case.family if case else ""
        ids = tuple(one.id for one in cassettes.cases() if one.cassette == name)
        names = dict.fromkeys((surface, name, f"{surface}/{name}", *((family,) if case else ()), *ids))
        source = case.provenance.source if case else "documented"
        found.append(Candidate(surface, name, path, tuple(names), source, obstacle(name, family)))
    return found


def select(every: Sequence[Candidate], words: Sequence[str]) -> list[Candidate]:
    """The candidates that any of these words names; all without words. Raises `UnknownNameError`."""
    selected: set[str] = set()
    for word in words:
        named = [one.id for one in every if word.lower() in one.names]
        if not named:
            known = tuple(dict.fromkeys(name for one in every for name in one.names))
            raise UnknownNameError(word, nearest(word, known), known)
        selected.update(named)
    return [one for one in every if one.id in selected or not words]
