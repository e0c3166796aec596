"""The shipped cassettes as one JSON file, made when the wheel is built: all of them are read in a few milliseconds.

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


def prepared_data(path: Path) -> Any:
    """The data of a shipped cassette; None for any other file, and where nothing was prepared."""
    folder = data.cassettes()
    return _read(folder).get(f"{path.parent.name}/{path.name}") if path.parent.parent == folder else None


def prepare(folder: Path) -> str:
    """The text of the prepared file for the cassettes below a folder. Raises `DataError` for a broken cassette."""
    from pytest_customerio.cassettes.parsing import parse, text_of

    paths = sorted(folder.glob("*/*.yaml"))
    found = {f"{path.parent.name}/{path.name}": parse(path, text_of(path)) for path in paths}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


@cache
def _read(folder: Path) -> Mapping[str, Any]:
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        found: Mapping[str, Any] = json.loads(text)
    except ValueError as error:
        raise DataError(path, None, f"not JSON, install the package again: {error}") from error
    return found
