"""Tracking plans of Segment and RudderStack are read, in each form in which their APIs answer them."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pytest_customerio.contract.plan.files import PlanFile
from pytest_customerio.core.data import DataError
from pytest_customerio.tools.plan.vendor_import import Imported, imported

PLANS = Path(__file__).parents[2] / "data" / "plans"
COMMON: dict[str, Any] = {"$defs": {}}
DRAFT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def read(name: str, *files: PlanFile) -> Imported:
    """What a file of `tests/data/plans` adds to a plan."""
    return imported(PLANS / f"{name}.json", files, COMMON)


def made(tmp_path: Path, document: Any) -> Imported:
    """What this document adds to an empty plan."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return imported(path, (), COMMON)


def test_the_public_api_of_segment() -> None:
    """The newest version of each event, and the traits; other rules are named."""
    found = read("segment-public")
    assert found.form == "Segment"
    assert found.update.documents == {
        "events/Order Completed.json": {
            **DRAFT,
            "description": "A paid order",
            "type": "object",
            "properties": {"total": {"type": "number"}, "currency": {"type": "string", "enum": ["EUR", "USD"]}},
            "required": ["total", "currency"],
        },
        "attributes.json": {**DRAFT, "type": "object", "properties": {"plan": {"type": "string"}}},
    }
    assert found.left_out == (
        "common (×1): a plan has events and attributes",
        "page (×1): a plan has events and attributes",
    )
    assert [(one.sign, one.file, one.what) for one in found.update.changes] == [
        ("+", "events/Order Completed.json", "total: number, currency: one of 2 values"),
        ("+", "attributes.json", "plan: string"),
    ]


def test_the_config_api_of_segment() -> None:
    """The form that Typewriter keeps as plan.json; a list of schemas becomes prefixItems."""
    found = read("segment-config")
    assert found.update.documents["events/User Signed Out.json"]["properties"]["size"] == {
        "type": "array",
        "prefixItems": [{"type": "number"}, {"type": "number"}],
    }
    assert found.update.documents["attributes.json"]["properties"] == {"plan": {"type": "string"}}


def test_the_data_catalog_of_rudderstack() -> None:
    """Definitions are kept; the traits may stand in the context."""
    found = read("rudderstack-catalog")
    assert found.form == "RudderStack"
    assert found.update.documents["events/Product Viewed.json"] == {
        **DRAFT,
        "type": "object",
        "additionalProperties": False,
        "properties": {"sku": {"$ref": "#/$defs/Sku"}},
        "required": ["sku"],
        "$defs": {"Sku": {"type": "string", "minLength": 3}},
    }
    assert found.update.documents["attributes.json"]["properties"] == {"seats": {"type": "integer"}}


def test_the_plan_of_ruddertyper() -> None:
    """Its plan.json has the events below `rules`."""
    assert list(read("rudderstack-typer").update.documents) == ["events/Product Viewed.json"]


def test_what_the_plan_has_stays() -> None:
    """It is named, and not written."""
    known = PlanFile("event", "Product Viewed", PurePosixPath("events/x.json"), {})
    attributes = PlanFile("attributes", "", PurePosixPath("attributes.json"), {})
    found = read("rudderstack-catalog", known, attributes)
    assert found.update.documents == {}
    assert found.left_out[1:] == (
        "Product Viewed: the plan has it, and stays as it is",
        "attributes: the plan has it, and stays as it is",
    )


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [{"type": "TRACK", "key": "a/b", "jsonSchema": json.dumps({"properties": {"properties": {}}})}]},
        [{"name": "a/b", "rules": {"properties": {"properties": {"items": {"x": 1}}}}}],
        {"tracking_plan": {"rules": {"events": [{"name": "a/b", "rules": {"properties": {}}}]}}},
    ],
)
def test_other_forms(tmp_path: Path, document: Any) -> None:
    """A schema may be text, a plan a list; an event whose name no file can have is named in the document."""
    found = made(tmp_path, document).update.documents
    assert found["events/a_b.json"]["x-cio"] == {"event": "a/b"}


def test_a_rule_may_say_nothing(tmp_path: Path) -> None:
    """An event without properties is in the plan too."""
    rules = [{"type": "TRACK", "key": "a", "jsonSchema": {}}, {"eventType": "track", "name": "b", "rules": {}}]
    assert made(tmp_path, rules).update.documents == {"events/a.json": DRAFT, "events/b.json": DRAFT}


def test_traits_in_other_places(tmp_path: Path) -> None:
    """They may be a list of rules; without a section for traits the properties are meant."""
    rule = {"name": "x", "rules": {"properties": {"traits": {"properties": {"a": {}}}}}}
    assert made(tmp_path, {"rules": {"events": [], "user_traits": [rule]}}).update.documents["attributes.json"] == {
        **DRAFT,
        "properties": {"a": {}},
    }
    own = {"eventType": "identify", "name": "", "rules": {"properties": {"properties": {"properties": {"b": {}}}}}}
    assert made(tmp_path, {"events": [own]}).update.documents["attributes.json"]["properties"] == {"b": {}}


def test_additional_items(tmp_path: Path) -> None:
    """Draft 7's words for the rest of a list become those of draft 2020-12."""
    schema = {"properties": {"properties": {"properties": {"a": {"items": [{}], "additionalItems": False}}}}}
    found = made(tmp_path, [{"name": "a", "rules": schema}]).update.documents["events/a.json"]
    assert found["properties"]["a"] == {"prefixItems": [{}], "items": False}


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        5,
        {"rules": {"events": [], "identify": [5]}},
        {"events": [{"name": "a"}]},
        [{"key": "a", "jsonSchema": "{"}],
    ],
)
def test_no_tracking_plan(tmp_path: Path, document: Any) -> None:
    """A file without rules is refused."""
    with pytest.raises(DataError, match="no tracking plan of Segment or RudderStack"):
        made(tmp_path, document)


def test_a_broken_rule(tmp_path: Path) -> None:
    """The event is named, and nothing is written."""
    schema = {"properties": {"properties": {"type": "strng"}}}
    with pytest.raises(DataError, match=r"plan\.json: a: no JSON Schema: 'strng'"):
        made(tmp_path, [{"name": "a", "rules": schema}])
