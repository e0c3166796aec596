"""The files that a command line names: files, all that a folder holds, and standard input."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pytest_customerio.core.nearest import nearest
from pytest_customerio.tools.check.reading.pieces import (
    CASSETTES,
    LINES,
    Piece,
    UnreadableError,
    beginning,
    blocks,
    kind_of,
    pieces,
    suffix_of,
)

STANDARD_INPUT = "-"
SHOWN = "<stdin>"
# The files of a folder that are read, by suffix; with `.gz` after it too.
SUFFIXES = (*LINES, *CASSETTES, ".json", ".har")
# How the file of `--cio-baseline` begins, which holds no payload.
_BASELINE = b'{"baseline": "pytest-customerio"'
# Folders that hold no data of the project; those that begin with a dot are passed over too.
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv"})


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or standard input. `name` is how it is shown; `missing` says what is wrong where there is none.

    `named` says that it was given itself, and not a folder that holds it.
    """

    name: str
    path: Path
    missing: str = ""
    named: bool = True

    @property
    def size(self) -> int:
        """The number of bytes; 0 where that is not known."""
        try:
            return self.path.stat().st_size
        except (OSError, ValueError):
            return 0


def sources(given: Sequence[str]) -> list[Source]:
    """What is to be read, in order, each file once."""
    found: dict[str, Source] = {}
    for one in (one for text in given for one in _sources(text)):
        key = _real(one.path)
        if one.named or key not in found:
            found[key] = one
    return list(found.values())


def pieces_of(source: Source, standard_input: BinaryIO, folder: Path) -> Iterator[Piece]:
    """The pieces of one source. A standard input that is read as a whole is written into `folder` first.

    Raises `UnreadableError`, also after some pieces.
    """
    if source.missing:
        raise UnreadableError(source.missing)
    if source.name != SHOWN:
        yield from pieces(source.name, source.path)
        return
    head = beginning(standard_input)
    if kind_of(source.path, head) == "lines":
        yield from blocks(SHOWN, source.path, head, standard_input)
        return
    path = folder / "stdin"
    with path.open("wb") as file:
        file.write(head)
        shutil.copyfileobj(standard_input, file)
    yield from pieces(SHOWN, path)


def _sources(text: str) -> Iterator[Source]:
    path = Path(text)
    if text == STANDARD_INPUT:
        yield Source(SHOWN, Path(SHOWN))
    elif not text:  # as of a variable of a shell that is not set; a path would take it for this folder
        yield Source('""', path, "the name of a file is empty")
    elif _is_folder(path):
        yield from _below(path)
    else:
        yield Source(_shown(path), path, "" if _exists(path) else _missing(path))


def _below(folder: Path) -> Iterator[Source]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _PASSED_OVER and not one.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if suffix_of(path) in SUFFIXES and not (_is_pipe(path) or _is_baseline(path)):
                yield Source(_shown(path), path, named=False)


def _is_baseline(path: Path) -> bool:
    """Whether a file is a baseline of the plugin. One that cannot be opened is read later, and the reader says why."""
    try:
        with path.open("rb") as file:
            return file.read(len(_BASELINE)) == _BASELINE
    except OSError:
        return False


def _missing(path: Path) -> str:
    try:
        beside = [one.name for one in path.parent.iterdir()]
    except (OSError, ValueError):
        beside = []
    near = nearest(path.name, beside)
    return "there is no such file" + (f"; did you mean {_shown(path.with_name(near))}?" if near else "")


def _shown(path: Path) -> str:
    """The path as it was given; relative to where the command runs, if it is below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix() if path.is_absolute() else path.as_posix()
    except (OSError, ValueError):
        return path.as_posix()


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_pipe(path: Path) -> bool:
    """Whether reading would wait for another process: a pipe or socket that lies in a folder is no file of data."""
    return path.is_fifo() or path.is_socket()


def _real(path: Path) -> str:
    """What is the same for all names of one file."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False
