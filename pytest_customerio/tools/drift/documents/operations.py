"""The operations of our catalogue and of a published document, each with its fields, under comparable keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.contract.engine.bundle import bundle
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.drift.documents.fields import Field, Fields, Reader, both, either, list_in

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Key:
    """Identifies a call: method, path without parameter names, and for Track v2 the type and action of the payload."""

    method: str
    path: str
    variant: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        return " ".join(part for part in (self.method, self.path, *self.variant) if part)


def ours(operation: Operation) -> Fields:
    """The fields of this operation in our schema."""
    schema = bundle(document_of(operation.id), data.read_json(data.schemas() / "common.json"))
    reader = Reader(schema)
    found = reader.read(schema)
    query = schema["x-cio"].get("parameters", {}).get("query", {})
    for name, parameter in query.items():
        presence = {f"?{name}": Field(required=parameter.get("x-required") is True)}
        found = both(found, both(presence, reader.read(parameter, f"?{name}")))
    return found


def key_of(operation: Operation) -> Key:
    """The key of one of our operations."""
    variant = operation.variant
    return Key(operation.method, _nameless(operation.path), (variant.get("type", ""), variant.get("action", "")))


class Published:
    """An OpenAPI document, version 3. Raises `SchemaError` where its schemas cannot be followed."""

    def __init__(self, document: Mapping[str, Any], catalog: Catalog) -> None:
        self._document = document
        self._catalog = catalog
        self._reader = Reader(document)
        self._varied = {(one.method, one.path) for one in catalog.entities}

    @property
    def title(self) -> str:
        """Its title and version; `untitled` without both."""
        info = _dict(self._document, "info")
        return " ".join(str(info[name]) for name in ("title", "version") if info.get(name)) or "untitled"

    @property
    def surfaces(self) -> frozenset[str]:
        """Our surfaces that its servers belong to."""
        path_items = [item for item in _dict(self._document, "paths").values() if isinstance(item, dict)]
        calls = [call for item in path_items for call in item.values() if isinstance(call, dict)]
        urls = [url for node in (self._document, *path_items, *calls) for url in _servers(node)]
        return frozenset(surface for url in urls for surface in self._catalog.address(url).surfaces)

    def operations(self) -> Mapping[Key, Fields]:
        """The fields of its calls. Calls that share an endpoint of Track v2 are listed by type and action."""
        found: dict[Key, list[Fields]] = {}
        for path, item in _dict(self._document, "paths").items():
            item = self._reader.followed(item)
            for method in METHODS:
                call = item.get(method) if isinstance(item, dict) else None
                for key, fields in self._call(method.upper(), str(path), item, call) if isinstance(call, dict) else ():
                    found.setdefault(key, []).append(fields)
        return {key: either(ways) for key, ways in found.items()}

    def schema(self, name: str) -> Fields | None:
        """The fields of one of its shared schemas; None where it has none of this name."""
        schemas = _dict(_dict(self._document, "components"), "schemas")
        return self._reader.read(schemas[name]) if name in schemas else None

    def _call(
        self, method: str, path: str, item: Mapping[str, Any], call: Mapping[str, Any]
    ) -> Iterator[tuple[Key, Fields]]:
        server = next((url for node in (call, item, self._document) for url in _servers(node)), "")
        path = _nameless(self._catalog.address(server).path.rstrip("/") + path)
        query = self._query([*list_in(item, "parameters"), *list_in(call, "parameters")])
        reader = Reader(self._document)  # one for each call: its limit is not for the whole of a document of 12 MB
        body = reader.followed(call.get("requestBody"))
        schema = _dict(_dict(body, "content"), _JSON).get("schema", {})
        for fields in reader.alternatives(schema):
            varied = (method, path) in self._varied
            variant = (_only(fields, "$.type"), _only(fields, "$.action")) if varied else ("", "")
            yield Key(method, path, variant), both(fields, query)

    def _query(self, parameters: Iterable[object]) -> Fields:
        found: Fields = {}
        for parameter in map(self._reader.followed, parameters):
            if isinstance(parameter, dict) and parameter.get("in") == "query":
                where = f"?{parameter.get('name')}"
                presence = {where: Field(required=parameter.get("required") is True)}
                found = both(found, both(presence, self._reader.read(parameter.get("schema"), where)))
        return found


def _servers(node: Mapping[str, Any]) -> list[str]:
    return [str(one["url"]) for one in list_in(node, "servers") if isinstance(one, dict) and "url" in one]


def _nameless(path: str) -> str:
    return re.sub(r"\{[^/{}]*\}", "{}", path)


def _only(fields: Fields, where: str) -> str:
    allowed = fields.get(where, Field()).allowed or frozenset()
    return next(iter(sorted(allowed)), "")


def _dict(node: object, word: str) -> Mapping[str, Any]:
    found = node.get(word) if isinstance(node, Mapping) else None
    return found if isinstance(found, dict) else {}
