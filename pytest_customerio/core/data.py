"""Where schemas/, cassettes/ and advice/ are, and what is wrong with a data file."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


class DataError(Exception):
    """A schema, cassette or other data file that cannot be used: which, in which line, and why."""

    def __init__(self, path: Path | str, line: int | None, cause: str) -> None:
        super().__init__(path, line, cause)
        self.path = Path(path)
        self.line = line
        self.cause = cause

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.cause}"


class UnknownNameError(Exception):
    """A name that nothing has, with the nearest name that exists."""

    def __init__(self, name: str, nearest: str | None, known: tuple[str, ...] = ()) -> None:
        super().__init__(name, nearest, known)
        self.name = name
        self.nearest = nearest
        self.known = known


def schemas() -> Path:
    """The folder of schemas: inside the wheel, or at the top of a checkout."""
    return _folder("schemas", "rules.json")


def cassettes() -> Path:
    """The folder of cassettes: inside the wheel, or at the top of a checkout."""
    return _folder("cassettes", "README.md")


def advice() -> Path:
    """The folder of what is told about errors: examples, topics, what breaks each rule; likewise."""
    return _folder("advice", "rules.json")


def _folder(name: str, file: str) -> Path:
    """The folder that holds this file: a folder of the package may have the same name in a checkout."""
    inside = _PACKAGE / name
    return inside if (inside / file).is_file() else _PACKAGE.parent / name
