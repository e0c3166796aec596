"""The JSON Schemas of each operation: ours, those of its path and query, and the project's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pytest_customerio.contract.catalog.routes import document_of, file_of, read_routes
from pytest_customerio.contract.engine.bundle import parameters
from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.contract.engine.own_schemas import load_own
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation


class Schemas:
    """Reads each file when its operation is first judged, and keeps what was read.

    `own` are folders of the project's schemas for the same operations. Raises `DataError` where one of them is broken.
    """

    def __init__(self, operations: Iterable[Operation], own: Sequence[Path] = ()) -> None:
        self._operations = tuple(operations)
        self._texts: dict[str, str] = {}
        self._bodies: dict[str, Schema] = {}
        self._parameters: dict[str, Schema] = {}
        self._payloads: dict[str, tuple[Schema, ...]] = {}
        self._own = load_own(own, self._operations, self.common) if own else {}

    def read(self) -> None:
        """Read every file now: a test may later replace the files, or the functions that open them."""
        folder = data.schemas()
        filed = [each for each in self._operations if each.id not in read_routes(folder).operations]
        self._texts = {each.id: data.read_text(file_of(each.id)) for each in filed}
        _ = self.common

    def of(self, operation: Operation) -> tuple[Schema, ...]:
        """The schemas of an operation's payload: ours, then the project's own."""
        found = self._payloads.get(operation.id)
        if found is None:
            found = self._payloads[operation.id] = (self._body(operation), *self._own.get(operation.id, ()))
        return found

    def of_parameters(self, operation: Operation) -> Schema:
        """The schema of `{"path": {…}, "query": {…}}`."""
        if operation.id not in self._parameters:
            self._parameters[operation.id] = Schema(parameters(self._document(operation)), self.common)
        return self._parameters[operation.id]

    def constrains_body(self, operation: Operation) -> bool:
        """Whether any schema says something about the payload of an operation."""
        return self._body(operation).constrains or operation.id in self._own

    def _body(self, operation: Operation) -> Schema:
        found = self._bodies.get(operation.id)
        if found is None:
            found = self._bodies[operation.id] = Schema(self._document(operation), self.common)
        return found

    @cached_property
    def common(self) -> Any:
        """The definitions that several schemas share."""
        return data.read_json(data.schemas() / "common.json")

    def _document(self, operation: Operation) -> Any:
        text = self._texts.get(operation.id)
        return document_of(operation.id) if text is None else data.json_in(text, file_of(operation.id))
