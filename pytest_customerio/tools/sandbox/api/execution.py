"""Carries out the operation of a request on the workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.sandbox.api.call import NOT_STORED, Call, CallResult
from pytest_customerio.tools.sandbox.api.handlers import HANDLERS
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.requests.request import ApiRequest, batch_entities, entity_operation
from pytest_customerio.tools.sandbox.requests.stored_payload import whole_characters
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# Is called with each request that was carried out, and the indexes of a batch that were left out.
Record = Callable[[ApiRequest, Collection[int | None]], object]


def ignore(request: ApiRequest, skip: Collection[int | None]) -> None:
    """Record nothing."""


class Executor(NamedTuple):
    """Carries out operations, one after the other."""

    catalog: Catalog
    workspace: Workspace
    record: Record = ignore

    def execute(self, request: ApiRequest, skip: Collection[int | None]) -> CallResult:
        """Carry out a request; of a batch all entities but those with an index in `skip`."""
        result = self._executed(request, skip)
        self.record(request, skip)
        return result

    def _executed(self, request: ApiRequest, skip: Collection[int | None]) -> CallResult:
        if request.operation.name != "batch":
            return self._execute(request.operation, request, mapping(request.payload))
        notes: tuple[str, ...] = ()
        for index, entity in enumerate(batch_entities(request.payload)):
            operation = None if index in skip else entity_operation(self.catalog, request.operation.surface, entity)
            if operation is not None:
                notes += tuple(f"[{index}] {note}" for note in self._execute(operation, request, entity).notes)
        return CallResult(notes)

    def _execute(self, operation: Operation, request: ApiRequest, payload: Mapping[str, object]) -> CallResult:
        handler = HANDLERS.get(operation.id)
        if handler is None:
            return CallResult((NOT_STORED,))
        self.workspace.people.now = int(request.at)
        return handler(self.workspace, _call(request, request.match.params, payload))


def _call(request: ApiRequest, params: Mapping[str, str], payload: Mapping[str, object]) -> Call:
    whole = {name: whole_characters(value) for name, value in params.items()}
    return Call(whole, request.match.query, payload, int(request.at), request.base, request.payload)
