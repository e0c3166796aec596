"""What one JSON value is: a request, a payload of an operation that its shape tells, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.operation import Operation

Json = Any
# Members that a call of Pipelines has, and an event of Track v1, which may have the type `page` too, has not.
_PIPELINES = frozenset({"anonymousId", "context", "event", "groupId", "integrations", "messageId", "previousId"})
_PIPELINES |= {"properties", "traits", "userId"}


class Shapes:
    """Tells the operations that a payload may be meant for by its members."""

    def __init__(self, catalog: Catalog) -> None:
        self._entities = catalog.entities
        self._types = frozenset(one.variant["type"] for one in catalog.entities)
        self._calls = catalog.pipelines_calls
        self._batches = {name: catalog.operations[f"{name}.batch"] for name in ("track_v2", "pipelines")}

    def operations(self, value: Mapping[str, Json]) -> Sequence[Operation]:
        """One operation, or several that type and action tell apart; none where the members do not tell."""
        batch = value.get("batch")
        if isinstance(batch, list):
            return self._batch(batch)
        if self._is_entity(value):
            return self._entities
        return self._call(value)

    def _batch(self, batch: Sequence[Json]) -> Sequence[Operation]:
        members = [one for one in batch if isinstance(one, dict)]
        if any(map(self._is_entity, members)):
            return (self._batches["track_v2"],)
        return (self._batches["pipelines"],) if any(map(self._call, members)) else ()

    def _is_entity(self, value: Mapping[str, Json]) -> bool:
        if "action" in value:
            return "identifiers" in value or _among(value.get("type"), self._types)
        return "identifiers" in value and _among(value.get("type"), self._types)

    def _call(self, value: Mapping[str, Json]) -> Sequence[Operation]:
        kind = value.get("type")
        if not _among(kind, self._calls) or _PIPELINES.isdisjoint(value):
            return ()
        return (self._calls[kind],)  # type: ignore[index]


def request_in(value: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The request in an entry: the entry itself, or its member `request`; None where it has no method and URL."""
    inner = value.get("request")
    for one in (value, inner if isinstance(inner, dict) else {}):
        if isinstance(one.get("method"), str) and isinstance(one.get("url", one.get("uri")), str):
            return one
    return None


def _among(value: object, known: Mapping[str, object] | frozenset[str]) -> bool:
    return isinstance(value, str) and value in known
