"""Compares a published document with our contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.drift.documents.comparison import compare, compared_operations
from pytest_customerio.tools.drift.documents.operations import Published

CATALOG = Catalog.load()
DOCUMENT = Path(__file__).parents[3] / "data" / "openapi" / "track.json"
US = [{"url": "https://track.customer.io"}]
APP = "https://api.customer.io"


def published(paths: Mapping[str, Any], **more: Any) -> Published:
    return Published({"openapi": "3.1.0", "servers": US, "paths": paths, **more}, CATALOG)


def body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def of(operation: str, paths: Mapping[str, Any], **more: Any) -> list[tuple[str, ...]]:
    """The differences of one operation."""
    found = compare(published(paths, **more), CATALOG, {})
    rows = [(one.operation, one.violation) for one in found]
    return [(v.rule, v.severity, v.where, v.expected, v.got) for name, v in rows if name == operation]


def test_a_document() -> None:
    """New, removed and different calls and fields are listed by operation."""
    document = Published(json.loads(DOCUMENT.read_text(encoding="utf-8")), CATALOG)
    assert document.title == "A Track API 2"
    found = [
        (one.operation, v.rule, v.severity, v.where, v.expected, v.got)
        for one in compare(document, CATALOG, {"sendpush": "app.send_push", "sendsms": "app.send_sms"})
        if (v := one.violation).rule not in ("operation-gone", "limit-gone", "field-gone")
    ]
    assert found == [
        ("track.add_device", "values", "error", "$.device.platform", "android, ios", "web, android, ios"),
        ("track.add_device", "field-new", "info", "$.device.colour", "nothing", "optional"),
        ("track.add_device", "required-new", "error", "$.region", "nothing", "required"),
        ("track_v2.person_delete", "limit", "warning", "$.identifiers.id", "maxLength 150", "maxLength 200"),
        ("app.send_push", "values", "warning", "$.to", "anything", "all"),
        ("POST /api/v2/entity person fly", "operation-new", "warning", "/api/v2/entity", "nothing", "a call"),
        ("POST /api/v2/telegrams", "operation-new", "warning", "/api/v2/telegrams", "nothing", "a call"),
    ]


def test_gone() -> None:
    """A removed operation, required field, optional field and limit have each their severity."""
    assert of("track.region", {}) == [("operation-gone", "error", "/api/v1/accounts/region", "a call", "nothing")]
    schema = {"properties": {"device": {"required": ["id"], "properties": {"last_used": {}, "platform": {}}}}}
    assert of("track.add_device", {"/api/v1/customers/{id}/devices": {"put": body(schema)}}) == [
        ("required-gone", "warning", "$.device", "required", "optional"),
        ("required-gone", "warning", "$.device.platform", "required", "optional"),
        ("values", "warning", "$.device.platform", "android, ios", "anything"),
        ("field-gone", "info", "$.device.attributes", "optional", "nothing"),
    ]


def test_what_is_required_there() -> None:
    """A field that only the document requires is an error: a payload without it passes our contract."""
    path = "/api/v1/customers/{id}/events"
    schema = {"required": ["name", "timestamp"], "properties": {"name": {"minLength": 1, "maxLength": 100}, "data": {}}}
    rows = of("track.event", {path: {"post": body(schema)}})
    assert ("required-new", "error", "$.timestamp", "optional", "required") in rows
    assert ("limit-new", "warning", "$.name", "nothing", "minLength 1") in rows
    assert [row for row in rows if row[0] == "required-gone"] == []
    assert ("required-gone", "warning", "$.name", "required", "nothing") in of(
        "track.event", {path: {"post": body({})}}
    )


def test_what_is_inside_of_a_field_that_is_gone_is_not_reported() -> None:
    """A new field is reported, and the fields inside it are not."""
    schema = {"properties": {"new": {"required": ["inner"]}}}
    rows = of("track.push_metrics", {"/api/v1/push/events": {"post": body(schema)}})
    assert [row[2] for row in rows if row[2].startswith("$.new")] == ["$.new"]


def test_the_compared_operations() -> None:
    """Compared are the operations of the document's surfaces, and those that its shared schemas belong to."""
    document = published({}, components={"schemas": {"push": {}}})
    schemas = {"push": "app.send_push", "sms": "app.send_sms"}
    unlisted = {"track.auth", "track.push_events"}
    own = [one.id for surface in ("track", "track_v2") for one in CATALOG.of(surface) if one.id not in unlisted]
    assert compared_operations(document, CATALOG, schemas) == [*own, "app.send_push"]
