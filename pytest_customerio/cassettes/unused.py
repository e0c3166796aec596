"""Cassettes that no test of a whole run used: those recorded test by test, and those of the project's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.cases import SUCCESS

SUFFIXES = (".yaml", ".yml")
# What the first line of a test's recording says.
RECORDED_BY = "--cio-record"
_HEAD = 200
# Listed one by one; the rest is counted.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Ran:
    """What a whole run did: the tests that there are, those that passed, and the rows of the report."""

    tests: frozenset[str]
    passed: frozenset[str]
    rows: Sequence[Mapping[str, Any]]


def recordings(folder: Path, path_of: Callable[[str], Path], ran: Ran) -> list[Path]:
    """The recordings of tests that are gone, or that passed and sent nothing. `path_of` says where a test's is."""
    heard = {row["nodeid"] for row in ran.rows}
    used = {path_of(nodeid).resolve() for nodeid in ran.tests if nodeid in heard or nodeid not in ran.passed}
    return [path for path in _files(folder) if path.resolve() not in used and _is_recording(path)]


def cassettes(folders: Iterable[Path], ran: Ran) -> list[Path]:
    """The cassettes of the project's own, laid out as `<surface>/<case>.yaml`, that were not played."""
    played = {(_surface(row), _cassette(row["case"]) if row["case"] else SUCCESS) for row in ran.rows}
    played |= {(_surface(row), SUCCESS) for row in ran.rows}  # after an error that passes, success is played
    files = (path for folder in folders for path in _files(folder))
    return [path for path in files if (path.parent.name, path.stem) not in played]


def lines(found: Collection[Path], root: Path) -> list[str]:
    """The note at the end of a run; nothing where there is none."""
    if not found:
        return []
    names = [_shown(path, root) for path in sorted(set(found))]
    more = [f"  (and {len(names) - SHOWN} more)"] if len(names) > SHOWN else []
    return ["cassettes that no test used:", *(f"  {name}" for name in names[:SHOWN]), *more]


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file())


def _is_recording(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return RECORDED_BY in file.readline(_HEAD)
    except OSError:
        return False


def _surface(row: Mapping[str, Any]) -> str:
    return str(row["operation"]).partition(".")[0]


def _cassette(case: str) -> str:
    return case.removesuffix("-recovers").removesuffix("-persists")


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
