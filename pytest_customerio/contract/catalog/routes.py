"""Reads operations: those with a schema of their own, and the published calls of `schemas/routes.json`.

The table has one call a line, with the types of its payload and its answer. A call that is judged by more than its
published type has a file of its own instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pytest_customerio.contract.catalog.samples import sample
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation

Json = Any
FILE = "routes.json"
_NO_BODY: Mapping[str, Json] = {"description": "No body; one that is sent is ignored.", "examples": [None]}


class PublishedAnswer(NamedTuple):
    """The answer of a call by its published type: the status, and a body with made-up values; None for no body."""

    status: int
    body: Json


class _Table(NamedTuple):
    """The rows of the file by operation, each with what its surface shares, and the types that they refer to."""

    rows: Mapping[str, Mapping[str, Json]]
    definitions: Mapping[str, Json]


class Routes:
    """What the file says. `DataError` is raised where it cannot be read.

    Its text stays in memory, and the types in it are read again once one is asked for: few runs do.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._text = path, data.read_text(path)
        table = self._read()
        try:
            self.operations: Mapping[str, Operation] = MappingProxyType(
                {name: _operation(name, _about(row) | _like(name, row)) for name, row in table.rows.items()}
            )
            # Calls that clients send, but that no OpenAPI document of Customer.io's lists.
            self.unlisted = frozenset(name for name, row in table.rows.items() if row.get("openapi") is False)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._broken(error) from error

    def document(self, operation: str) -> Json | None:
        """The JSON Schema of a call, in the form of a file of its own; None for an operation that is not in the table.

        `like` names the operation with a file whose payload the call has.
        """
        if operation not in self.operations:
            return None
        row = self._table.rows[operation]
        if "like" in row:
            alike = data.read_json(self._path.parent / operation.partition(".")[0] / f"{row['like']}.json")
            return {**alike, "x-cio": {**alike["x-cio"], **_about(row), "parameters": {}}}
        body, parameters = row.get("body"), row.get("parameters", {})
        constraints = {**body, "examples": [sample(body, self._table.definitions)]} if body else _NO_BODY
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": operation.partition(".")[2].replace("_", " ").capitalize(),
            **constraints,
            "x-cio": {**constraints.get("x-cio", {}), **_about(row), "parameters": parameters},
            "$defs": self._needed(body, parameters),
        }

    def answer(self, operation: str) -> PublishedAnswer | None:
        """The success answer of a call; None for an operation that is not in the table."""
        if operation not in self.operations:
            return None
        row = self._table.rows[operation]
        body = sample(row["answer"], self._table.definitions) if "answer" in row else None
        return PublishedAnswer(row.get("success", 200), body)

    def example(self, definition: str) -> Json:
        """A value of a published type that several calls share, such as `campaign`, with made-up values."""
        definitions = self._table.definitions
        return sample(definitions[definition], definitions)

    def _needed(self, *nodes: Json) -> dict[str, Json]:
        """The definitions that the nodes refer to, and those that these refer to."""
        found: dict[str, Json] = {}
        missing = [name for node in nodes for name in _references(node)]
        while missing:
            name = missing.pop()
            if name not in found:
                found[name] = self._table.definitions[name]
                missing += _references(found[name])
        return found

    @cached_property
    def _table(self) -> _Table:
        return self._read()

    def _read(self) -> _Table:
        found = data.json_in(self._text, self._path)
        try:
            rows = {
                f"{surface}.{name}": {**shared, **row}
                for surface, shared in found["surfaces"].items()
                for name, row in shared["routes"].items()
            }
            return _Table(rows, found["$defs"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> data.DataError:
        return data.DataError(self._path, None, f"not a table of routes: {error!r}")


@cache
def read_routes(folder: Path) -> Routes:
    """The table in a folder of schemas. It is read once in a process, because a test may replace paths and files."""
    return Routes(folder / FILE)


def document_of(operation: str) -> Json:
    """The JSON Schema of an operation, by its id: from its file, or from the table of routes. Raises `DataError`."""
    return read_routes(data.schemas()).document(operation) or data.read_json(file_of(operation))


def file_of(operation: str) -> Path:
    """The file of an operation that is not in the table, by its id."""
    surface, _, name = operation.partition(".")
    return data.schemas() / surface / f"{name}.json"


def read_operation(path: Path) -> Operation:
    """The operation that a schema of its own describes. Raises `DataError`."""
    try:
        return _operation(f"{path.parent.name}.{path.stem}", json.loads(path.read_bytes())["x-cio"])
    except (ValueError, KeyError, TypeError) as error:
        raise data.DataError(path, getattr(error, "lineno", None), f"not a schema of an operation: {error}") from error


def _operation(name: str, about: Mapping[str, Json]) -> Operation:
    return Operation(
        id=name,
        surface=name.partition(".")[0],
        method=about["method"],
        path=about["path"].partition("?")[0],
        hosts=MappingProxyType({region: host.rpartition("/")[2] for region, host in about["hosts"].items()}),
        auth=about["auth"],
        docs=about["docs"],
        variant=MappingProxyType(about.get("variant", {})),
        like=about.get("like", ""),
    )


def _about(row: Mapping[str, Json]) -> dict[str, Json]:
    method, path = row["call"].split(" ")
    given = {name: row[name] for name in ("hosts", "auth", "docs", "evidence")}
    return {"method": method, "path": path, **given, "success": row.get("success", 200)}


def _like(operation: str, row: Mapping[str, Json]) -> dict[str, Json]:
    surface = operation.partition(".")[0]
    return {"like": f"{surface}.{row['like']}"} if "like" in row else {}


def _references(node: Json) -> Iterator[str]:
    """The names of the definitions of the table that a node refers to."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            yield reference.rpartition("/")[2]
        node = list(node.values())
    if isinstance(node, list):
        for entry in node:
            yield from _references(entry)
