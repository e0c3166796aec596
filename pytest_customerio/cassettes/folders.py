"""Where cassettes lie: `<surface>/<case>.yaml` below the shipped folder, and below those of the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pytest_customerio.cassettes.provenance import check_known
from pytest_customerio.core.data import DataError

SUFFIXES = (".yaml", ".yml")
# How the first line of a test's recording begins.
RECORDED_BY_TEST = "Recorded by `pytest --cio-record`"
_FIRST_LINE = 200


def cassettes_below(roots: Sequence[Path], surfaces: tuple[str, ...]) -> dict[tuple[str, str], list[Path]]:
    """The files of each surface and name, in the order of the folders. Raises `DataError` for a misplaced file."""
    found: dict[tuple[str, str], list[Path]] = {}
    for root in roots:
        for path in _below(root, surfaces):
            found.setdefault((path.parent.name, path.stem), []).append(path)
    return found


def _below(root: Path, surfaces: tuple[str, ...]) -> Iterator[Path]:
    if not root.is_dir():
        raise DataError(root, None, "no such folder")
    for path in sorted((*root.glob("*"), *root.glob("*/*"))):
        if path.suffix not in SUFFIXES:
            continue
        if path.parent == root:
            raise DataError(path, None, f"a cassette lies in a folder named after its surface: {', '.join(surfaces)}")
        if path.parent.name not in surfaces and is_recording_of_test(path):
            continue
        check_known(path.parent.name, surfaces, "surface", partial(DataError, path, None))
        yield path


def is_recording_of_test(path: Path) -> bool:
    """Whether `--cio-record` wrote this file for one test: such recordings may lie in the same folders."""
    try:
        with path.open("rb") as file:
            return file.readline(_FIRST_LINE).startswith(f"# {RECORDED_BY_TEST}".encode())
    except OSError:
        return False
