"""Where cassettes lie: `<surface>/<case>.yaml` below the shipped folder, and below those of the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_customerio.cassettes.provenance import check_known
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cassette_file import CassetteFile
    from pytest_customerio.contract.catalog.catalog import Catalog

SUFFIXES = (".yaml", ".yml")
# How the first line of a test's recording begins.
RECORDED_BY_TEST = "Recorded by `pytest --cio-record`"
_FIRST_LINE = 200


class CassetteFiles:
    """The files of all cassettes: the shipped ones, then what joins or replaces them from folders of the user's own."""

    def __init__(self, catalog: Catalog, own: Sequence[Path]) -> None:
        self._catalog = catalog
        self._own = tuple(own)

    @cached_property
    def found(self) -> Mapping[tuple[str, str], list[Path]]:
        """The files of each surface and name; the last one counts."""
        return cassettes_below((data.cassettes(), *self._own), tuple(self._catalog.surfaces))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the operations of each surface."""
        return {surface: tuple(one.name for one in self._catalog.of(surface)) for surface in self._catalog.surfaces}

    def open(self, path: Path) -> CassetteFile:
        """The file, read."""
        from pytest_customerio.cassettes.cassette_file import CassetteFile

        return CassetteFile(path, self._catalog)


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
