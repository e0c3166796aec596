"""Loads the schemas of the project (ini `cio_schemas`). A broken one is refused with its file, line and cause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_customerio.contract.engine.arguments import misuses
from pytest_customerio.contract.engine.bundle import foreign_references
from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.contract.engine.flaws import flaw
from pytest_customerio.core.data import DataError, read_json
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.operation import Operation

Json = Any


def load_own(
    folders: Sequence[Path], operations: Iterable[Operation], common: Mapping[str, Json]
) -> dict[str, list[Schema]]:
    """The schemas in `<folder>/<surface>/<operation>.json`, by operation. Raises `DataError`."""
    like = {each.id: each.like for each in operations}
    known = sorted(like)
    found: dict[str, list[Schema]] = {}
    for folder in folders:
        for path in _files(Path(folder)):
            name = f"{path.parent.name}.{path.stem}"
            if name not in known:
                near = nearest(name, known)
                raise DataError(path, None, f"no operation {name}" + (f"; did you mean {near}?" if near else ""))
            if like[name]:
                raise DataError(path, None, f"{name} has the payload of {like[name]}: write its schema")
            found.setdefault(name, []).append(_schema(path, common))
    return found


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(folder, None, "no such folder")
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise DataError(folder, None, "no schema in it; they are named <surface>/<operation>.json")
    return files


def checked_schema(path: Path, document: Mapping[str, Json], common: Mapping[str, Json], rule: str) -> Schema:
    """The schema of a file. `rule` is that of a constraint that names none. Raises `DataError` where it is broken."""
    if mistake := flaw(document):
        raise DataError(path, line_of(path, mistake[0]), mistake[1])
    schema = Schema(document, common, fallback=rule)
    outside = foreign_references(schema.document)
    if outside:
        raise DataError(path, line_of(path, [outside[0]]), f"refers to {outside[0]}: nothing is looked up elsewhere")
    problem = schema.flaw() or next(misuses(document), None)
    if problem is not None:
        raise DataError(path, line_of(path, problem[0]), problem[1])
    return schema


def line_of(path: Path, keys: Sequence[str | int]) -> int | None:
    """The line of the last key, where each key is searched behind the one before it."""
    text, position = path.read_text("utf-8-sig"), 0
    for key in (key for key in keys if isinstance(key, str)):
        position = max(position, text.find(json.dumps(key), position))
    return text.count("\n", 0, position) + 1


def _schema(path: Path, common: Mapping[str, Json]) -> Schema:
    document = read_json(path, unique=True)
    if not isinstance(document, dict):
        raise DataError(path, 1, "a schema is an object")
    return checked_schema(path, document, common, "own-contract")
