"""A plan is written in the forms of Segment and RudderStack, from which it can be read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_customerio.contract.plan.files import plan_files
from pytest_customerio.tools.plan.documents import save
from pytest_customerio.tools.plan.vendor_export import exported
from pytest_customerio.tools.plan.vendor_import import imported

COMMON = {"$defs": {"money": {"type": "number", "x-maxBytes": 5}}}
FILES: dict[str, Any] = {
    "events/buy.json": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "A paid order",
        "properties": {"total": {"$ref": "../common.json#/$defs/money"}, "size": {"prefixItems": [{}], "items": False}},
        "required": ["total"],
        "x-cio": {"required": {"hint": "ask marketing"}},
    },
    "attributes.json": {"type": "object", "properties": {"plan": {"type": "string"}}},
    "messages/receipt.json": {},
}
SIZE = {"items": [{}], "additionalItems": False}
MONEY = {"common_money": {"type": "number"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a plan."""
    save(tmp_path, FILES)
    return tmp_path


def test_segment(folder: Path) -> None:
    """The rules of its Public API, in draft 7; our own keywords are left out."""
    assert exported("segment", folder, plan_files(folder), COMMON) == {
        "rules": [
            {
                "type": "IDENTIFY",
                "key": "",
                "version": 1,
                "jsonSchema": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "properties": {
                        "context": {},
                        "traits": {"type": "object", "properties": {"plan": {"type": "string"}}},
                        "properties": {},
                    },
                },
            },
            {
                "type": "TRACK",
                "key": "buy",
                "version": 1,
                "jsonSchema": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "description": "A paid order",
                    "properties": {
                        "context": {},
                        "traits": {},
                        "properties": {
                            "type": "object",
                            "properties": {
                                "total": {"$ref": "#/$defs/common_money"},
                                "size": SIZE,
                            },
                            "required": ["total"],
                        },
                    },
                    "required": ["properties"],
                    "$defs": MONEY,
                },
            },
        ]
    }


def test_rudderstack(folder: Path) -> None:
    """Events of its Data Catalog API."""
    found = exported("rudderstack", folder, plan_files(folder), COMMON)["events"]
    assert [(one["name"], one["eventType"], one["identitySection"], one["description"]) for one in found] == [
        ("", "identify", "traits", ""),
        ("buy", "track", "properties", "A paid order"),
    ]
    assert found[1]["rules"]["properties"]["properties"]["required"] == ["total"]


@pytest.mark.parametrize("vendor", ["segment", "rudderstack"])
def test_what_is_written_can_be_read(folder: Path, tmp_path: Path, vendor: str) -> None:
    """The schemas are valid in draft 7, and hold for the same data when they are read again."""
    document = exported(vendor, folder, plan_files(folder), COMMON)
    for rule in document.get("rules", document.get("events")):
        jsonschema.Draft7Validator.check_schema(rule.get("jsonSchema", rule.get("rules")))
    path = tmp_path / "theirs.txt"
    path.write_text(json.dumps(document), encoding="utf-8")
    again = imported(path, (), COMMON).update.documents
    assert sorted(again) == ["attributes.json", "events/buy.json"]
    assert again["events/buy.json"]["properties"]["size"] == {"prefixItems": [{}], "items": False}
    valid = jsonschema.Draft202012Validator(again["events/buy.json"])
    assert [valid.is_valid(one) for one in ({"total": 5}, {"total": "5"}, {})] == [True, False, False]


def test_definitions_of_the_project(folder: Path) -> None:
    """A common.json of the plan takes the place of Customer.io's definitions; own definitions of a file stay."""
    own = {"$defs": {"sku": {"type": "string"}}, "properties": {"sku": {"$ref": "#/$defs/sku"}}}
    save(folder, {"common.json": {"$defs": {"money": {"type": "integer"}}}, "events/see.json": own})
    save(folder, {"attributes.json": {"properties": {"spent": {"$ref": "common.json#/$defs/money"}}}})
    attributes, buy, see = exported("rudderstack", folder, plan_files(folder), COMMON)["events"]
    assert attributes["rules"]["$defs"] == buy["rules"]["$defs"] == {"common_money": {"type": "integer"}}
    assert see["rules"]["$defs"] == {"sku": {"type": "string"}}
