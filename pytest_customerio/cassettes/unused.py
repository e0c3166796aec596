"""Cassettes that no test of a whole run used: recordings of tests, and cassettes of the project's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.folders import SUFFIXES, is_recording_of_test
from pytest_customerio.cassettes.successes import SUCCESS

# The most files that are listed one by one; the rest is counted.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class WholeRun:
    """What a run of the whole suite did: its tests, those that passed, and the rows of the report."""

    tests: frozenset[str]
    passed: frozenset[str]
    rows: Sequence[Mapping[str, Any]]


def unused_recordings(folder: Path, path_of: Callable[[str], Path], run: WholeRun) -> list[Path]:
    """The recordings of tests that do not exist any more, or that passed and sent nothing.

    `path_of` gives the path of a test's recording.
    """
    heard = {row["nodeid"] for row in run.rows}
    used = {path_of(nodeid).resolve() for nodeid in run.tests if nodeid in heard or nodeid not in run.passed}
    return [path for path in _files(folder) if path.resolve() not in used and is_recording_of_test(path)]


def unused_cassettes(folders: Iterable[Path], run: WholeRun) -> list[Path]:
    """The cassettes of the project's own, laid out as `<surface>/<case>.yaml`, that were not played."""
    played = {(_surface(row), _cassette(row["case"]) if row["case"] else SUCCESS) for row in run.rows}
    played |= {
        (_surface(row), SUCCESS) for row in run.rows
    }  # a case that recovers ends with the success, so the success cassette was used
    files = (path for folder in folders for path in _files(folder))
    return [path for path in files if (path.parent.name, path.stem) not in played]


def lines(unused: Collection[Path], root: Path) -> list[str]:
    """The note at the end of a run; no lines where every cassette was used."""
    if not unused:
        return []
    names = [_shown(path, root) for path in sorted(set(unused))]
    more = [f"  (and {len(names) - SHOWN} more)"] if len(names) > SHOWN else []
    return ["cassettes that no test used:", *(f"  {name}" for name in names[:SHOWN]), *more]


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and os.path.isfile(path))


def _surface(row: Mapping[str, Any]) -> str:
    return str(row["operation"]).partition(".")[0]


def _cassette(case: str) -> str:
    return case.removesuffix("-recovers").removesuffix("-persists")


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
