"""Where the data files are (schemas, cassettes, advice), and the errors of a data file that cannot be used."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent.parent
_loads = json.loads  # bound here: a test may replace it before the first file is read


class DataError(Exception):
    """A schema, cassette or other data file that cannot be used: its path, the line if it is known, and the cause."""

    def __init__(self, path: Path | str, line: int | None, cause: str) -> None:
        super().__init__(path, line, cause)
        self.path = Path(path)
        self.line = line
        self.cause = cause

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.cause}"


class UnknownNameError(Exception):
    """A name that does not exist, with the nearest name that exists."""

    def __init__(self, name: str, nearest: str | None, known: tuple[str, ...] = ()) -> None:
        super().__init__(name, nearest, known)
        self.name = name
        self.nearest = nearest
        self.known = known


def read_json(path: Path, *, unique: bool = False) -> Any:
    """The JSON in a file. Raises `DataError` with the line. With `unique`, no object may have a member twice."""
    return json_in(read_text(path), path, unique=unique)


def read_text(path: Path) -> str:
    """The text of a file, without the mark that editors may put before UTF-8. Raises `DataError`."""
    try:
        return path.read_text("utf-8").removeprefix("\ufeff")
    except OSError as error:  # without the number and the path, which stands before it
        raise DataError(path, None, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(path, line, f"not UTF-8: byte 0x{error.object[error.start]:02x}") from error


def json_in(text: str, path: Path, *, unique: bool = False) -> Any:
    """The JSON in the text of a file. Raises `DataError` with the line."""
    try:
        return _loads(text, object_pairs_hook=_unique if unique else None)
    except json.JSONDecodeError as error:
        raise DataError(path, error.lineno, f"not JSON: {error.msg}") from error
    except _TwiceError as error:
        raise DataError(path, None, str(error)) from error
    except RecursionError as error:
        raise DataError(path, None, f"cannot be read: {error}") from error


class _TwiceError(Exception):
    """An object has a member twice: JSON's reader would take the last one in silence."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


def schemas() -> Path:
    """The folder of schemas: inside the wheel, or at the top of a checkout."""
    return _folder("schemas", "rules.json")


def cassettes() -> Path:
    """The folder of cassettes: inside the wheel, or at the top of a checkout."""
    return _folder("cassettes", "README.md")


def advice() -> Path:
    """The folder of advice (examples, topics, a request that breaks each rule): in the wheel or in a checkout."""
    return _folder("advice", "rules.json")


@cache
def _folder(name: str, file: str) -> Path:
    """The folder that holds this file. In a checkout a sub-package of the same name may exist; it lacks the file."""
    inside = _PACKAGE / name
    return inside if (inside / file).is_file() else _PACKAGE.parent / name
