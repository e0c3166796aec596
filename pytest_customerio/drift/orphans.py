"""Cassettes that no test of a whole run used."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

SUFFIXES = (".yaml", ".yml")
# Listed one by one; the rest is counted.
SHOWN = 10


def orphans(folder: Path, used: Iterable[Path]) -> list[Path]:
    """The cassettes below the folder that are not among those used; none where there is no such folder."""
    known = {path.resolve() for path in used}
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file())
    return [path for path in files if path.resolve() not in known]


def lines(found: Collection[Path], root: Path) -> list[str]:
    """The note at the end of a run; nothing where there is none."""
    if not found:
        return []
    names = [_shown(path, root) for path in sorted(found)]
    more = [f"  (and {len(names) - SHOWN} more)"] if len(names) > SHOWN else []
    return ["cassettes that no test used:", *(f"  {name}" for name in names[:SHOWN]), *more]


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
