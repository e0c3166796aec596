"""A published document beside our contracts: what is new, gone or different there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.tools.drift.comparison import compare, compared
from pytest_customerio.tools.drift.fields import Field
from pytest_customerio.tools.drift.known import Entry, Known
from pytest_customerio.tools.drift.operations import Key, Published, key_of, ours

CATALOG = Catalog.load()
DOCUMENT = Path(__file__).parents[2] / "data" / "openapi" / "track.json"
US = [{"url": "https://track.customer.io"}]
APP = "https://api.customer.io"


def published(paths: Mapping[str, Any], **more: Any) -> Published:
    return Published({"openapi": "3.1.0", "servers": US, "paths": paths, **more}, CATALOG)


def body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def of(operation: str, paths: Mapping[str, Any], **more: Any) -> list[tuple[str, ...]]:
    """What differs of one operation."""
    found = compare(published(paths, **more), CATALOG, {})
    rows = [(one.operation, one.violation) for one in found]
    return [(v.rule, v.severity, v.where, v.expected, v.got) for name, v in rows if name == operation]


def test_our_own_operations() -> None:
    """Each has a key and fields of its own; a query that must be there is required."""
    keys = [(one.surface, key_of(one)) for one in CATALOG.operations.values()]
    assert len(set(keys)) == len(keys)
    assert ours(CATALOG.operations["app.find_by_email"])["?email"].required
    assert ours(CATALOG.operations["track.add_device"])["$.device.platform"] == Field(
        required=True, allowed=frozenset({"ios", "android"})
    )


def test_a_document() -> None:
    """What is new there, gone and different, by operation."""
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
    """An operation, a required field, an optional one and a limit, each in its severity."""
    assert of("track.region", {}) == [("operation-gone", "error", "/api/v1/accounts/region", "a call", "nothing")]
    schema = {"properties": {"device": {"required": ["id"], "properties": {"last_used": {}, "platform": {}}}}}
    assert of("track.add_device", {"/api/v1/customers/{id}/devices": {"put": body(schema)}}) == [
        ("required-gone", "warning", "$.device", "required", "optional"),
        ("required-gone", "warning", "$.device.platform", "required", "optional"),
        ("values", "warning", "$.device.platform", "android, ios", "anything"),
        ("field-gone", "info", "$.device.attributes", "optional", "nothing"),
    ]


def test_what_is_required_there() -> None:
    """An error: a payload without it passes here."""
    path = "/api/v1/customers/{id}/events"
    schema = {"required": ["name", "timestamp"], "properties": {"name": {"minLength": 1, "maxLength": 100}, "data": {}}}
    told = of("track.event", {path: {"post": body(schema)}})
    assert ("required-new", "error", "$.timestamp", "optional", "required") in told
    assert ("limit-new", "warning", "$.name", "nothing", "minLength 1") in told
    assert [row for row in told if row[0] == "required-gone"] == []
    assert ("required-gone", "warning", "$.name", "required", "nothing") in of(
        "track.event", {path: {"post": body({})}}
    )


def test_servers_of_paths_and_calls() -> None:
    """They say where a call is; a server's path is part of the call's."""
    get = {"parameters": [{"$ref": "#/email"}, {"name": "trace", "in": "header"}, 7], "servers": [{"url": APP}]}
    document = published(
        {"/customers": {"get": {**get, "servers": [{"url": f"{APP}/v1/"}]}, "summary": "", "post": 7}, "/x": 7},
        servers=[7, {}],
        email={"name": "email", "in": "query", "required": True, "schema": {"maxLength": 5}},
    )
    assert document.surfaces == {"app"}
    assert document.operations() == {
        Key("GET", "/v1/customers"): {"$": Field(), "?email": Field(required=True, limits={"maxLength": 5})}
    }


def test_a_document_without_anything() -> None:
    """Has no name and no surfaces, and is compared with nothing."""
    empty = Published({}, CATALOG)
    assert (empty.title, empty.surfaces, empty.schema("x")) == ("untitled", frozenset(), None)
    assert list(compare(empty, CATALOG, {})) == []


def test_what_is_inside_of_a_field_that_is_gone_is_not_told() -> None:
    """Neither there nor here."""
    schema = {"properties": {"new": {"required": ["inner"]}}}
    told = of("track.push_metrics", {"/api/v1/push/events": {"post": body(schema)}})
    assert [row[2] for row in told if row[2].startswith("$.new")] == ["$.new"]


def entry(**more: Any) -> Entry:
    return Entry(**{"operation": "*", "rule": "required-gone", "where": "*", "reason": "r", "source": "s", **more})


def test_known_differences() -> None:
    """By operation, rule and place; `[*]` is no pattern. Those that spoke of nothing are stale."""
    schema = {"properties": {"device": {"properties": {"id": {}, "platform": {"enum": ["ios", "android"]}}}}}
    document = published({"/api/v1/customers/{id}/devices": {"put": body(schema)}})
    spoke = entry(operation="track.add_*", where="$.device*", other_than=("track.add_to*",))
    vain = entry(where="$.device[*]")
    elsewhere = entry(operation="app.*")
    surfaced = entry(operation="GET *", rule="operation-new", surface="track")
    known = Known((spoke, vain, elsewhere, surfaced, entry(operation="GET *", surface="app")), {})
    found = [one for one in compare(document, CATALOG, {}) if one.operation == "track.add_device"]
    news, old, spoken = known.split(found)
    assert [one.violation.where for one in old] == ["$.device", "$.device.id", "$.device.platform"]
    assert {one.violation.rule for one in news} == {"field-gone"}
    assert spoken == {spoke}
    assert known.stale(spoken, compared(document, CATALOG, {}), document.surfaces) == [vain, surfaced]


def test_the_shipped_entries_have_a_reason_and_a_source() -> None:
    """And speak of operations that there are."""
    known = Known.load()
    for one in known.entries:
        assert one.reason
        assert one.source.startswith("https://docs.customer.io/")
        assert one.concerns(CATALOG.operations, CATALOG.surfaces)
    assert set(known.schemas.values()) <= set(CATALOG.operations)
    assert any(one.other_than for one in known.entries)


@pytest.mark.parametrize("call", ["POST /v1/send/telegram", "GET /v1/segments/{}/size", "GET /v1/customers/{}/mood"])
def test_new_calls_of_applications_are_news(call: str) -> None:
    """Those that only manage a workspace are not."""
    method, path = call.split()
    document = published({path: {method.lower(): {}}, "/v1/newsletters": {"get": {}}}, servers=[{"url": APP}])
    news, _, _ = Known.load().split(compare(document, CATALOG, {}))
    assert [one.operation for one in news if one.violation.rule == "operation-new"] == [call]
