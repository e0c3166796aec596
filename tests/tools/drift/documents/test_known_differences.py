"""Expected differences between published documents and our contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.drift.documents.comparison import compare, compared_operations
from pytest_customerio.tools.drift.documents.known_differences import KnownDifference, KnownDifferences
from pytest_customerio.tools.drift.documents.operations import Published

CATALOG = Catalog.load()
US = [{"url": "https://track.customer.io"}]
APP = "https://api.customer.io"


def published(paths: Mapping[str, Any], **more: Any) -> Published:
    return Published({"openapi": "3.1.0", "servers": US, "paths": paths, **more}, CATALOG)


def body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def entry(**more: Any) -> KnownDifference:
    return KnownDifference(
        **{"operation": "*", "rule": "required-gone", "where": "*", "reason": "r", "source": "s", **more}
    )


def test_known_differences() -> None:
    """A difference is expected by operation, rule and place; `[*]` is no pattern. Entries without a difference are stale."""
    schema = {"properties": {"device": {"properties": {"id": {}, "platform": {"enum": ["ios", "android"]}}}}}
    document = published({"/api/v1/customers/{id}/devices": {"put": body(schema)}})
    covering = entry(operation="track.add_*", where="$.device*", other_than=("track.add_to*",))
    unused = entry(where="$.device[*]")
    elsewhere = entry(operation="app.*")
    surfaced = entry(operation="GET *", rule="operation-new", surface="track")
    known = KnownDifferences((covering, unused, elsewhere, surfaced, entry(operation="GET *", surface="app")), {})
    found = [one for one in compare(document, CATALOG, {}) if one.operation == "track.add_device"]
    new, expected, used = known.split(found)
    assert [one.violation.where for one in expected] == ["$.device", "$.device.id", "$.device.platform"]
    assert {one.violation.rule for one in new} == {"field-gone"}
    assert used == {covering}
    assert known.stale(used, compared_operations(document, CATALOG, {}), document.surfaces) == [unused, surfaced]


def test_the_shipped_entries_have_a_reason_and_a_source() -> None:
    """Each shipped entry has a reason and a source, and is about operations that exist."""
    known = KnownDifferences.load()
    for one in known.entries:
        assert one.reason
        assert one.source.startswith("https://docs.customer.io/")
        assert one.concerns(CATALOG.operations, CATALOG.surfaces)
    assert set(known.schemas.values()) <= set(CATALOG.operations)


@pytest.mark.parametrize("call", ["POST /v1/send/telegram", "GET /v1/segments/{}/size", "GET /v1/customers/{}/mood"])
def test_new_calls_of_applications_are_new(call: str) -> None:
    """New calls that applications make are reported; calls that manage a workspace are expected."""
    method, path = call.split()
    document = published({path: {method.lower(): {}}, "/v1/newsletters": {"get": {}}}, servers=[{"url": APP}])
    new, _, _ = KnownDifferences.load().split(compare(document, CATALOG, {}))
    assert [one.operation for one in new if one.violation.rule == "operation-new"] == [call]
