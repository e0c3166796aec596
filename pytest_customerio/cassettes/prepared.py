"""The shipped cassettes as one JSON file, made when the wheel is built: all of them are read in one millisecond.

A checkout has no such file; there each cassette is read from its YAML. `hatch_build.py` makes the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pytest_customerio.core import data
from pytest_customerio.core.data import DataError

FILE = "prepared.json"


def is_prepared(path: Path) -> bool:
    """Whether a file is a shipped cassette that is in memory already."""
    return _text(path) is not None


def prepared_data(path: Path) -> Any:
    """The data of a shipped cassette; None for any other file, and where nothing was prepared."""
    text = _text(path)
    return None if text is None else json.loads(text)


def prepare(folder: Path) -> str:
    """The text of the prepared file for the cassettes below a folder. Raises `DataError` for a broken cassette.

    It has each cassette as a text of its own, so that a run makes values of those only that it uses.
    """
    from pytest_customerio.cassettes.parsing import parse, text_of

    paths = sorted(folder.glob("*/*.yaml"))
    return _dumped({f"{path.parent.name}/{path.name}": _dumped(parse(path, text_of(path))) for path in paths})


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(path: Path) -> str | None:
    folder = data.cassettes()
    return _read(folder).get(f"{path.parent.name}/{path.name}") if path.parent.parent == folder else None


@cache
def _read(folder: Path) -> Mapping[str, str]:
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        found: Mapping[str, str] = json.loads(text)
    except ValueError as error:
        raise DataError(path, None, f"not JSON, install the package again: {error}") from error
    return found
