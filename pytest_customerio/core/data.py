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


def read_json(path: Path) -> Any:
    """The JSON in a file. Raises `DataError` with the line."""
    return json_in(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a file, without the mark that editors may put before UTF-8. Raises `DataError`."""
    try:
        return path.read_text("utf-8").removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def json_in(text: str, path: Path) -> Any:
    """The JSON in the text of a file. Raises `DataError` with the line."""
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        raise DataError(path, error.lineno, f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    reason = getattr(error, "strerror", None) or error  # without the number and the path, which stands before it
    return DataError(path, None, f"cannot be read: {reason}")


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
