"""Schemas are made of shapes, described in a few words, and written so that two branches can be merged."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pytest_customerio.contract.plan.contents import Kind
from pytest_customerio.contract.plan.shapes import shape
from pytest_customerio.tools.plan.documents import described, document_of, file_for, plan_schema, save, written

DATA = {"total": 5, "coupon": None, "tags": ["a"], "none": [], "nested": {"a": True}}


def test_a_document_of_a_shape() -> None:
    """An integer is a number to Customer.io; a property that was only null may be anything."""
    found = document_of("event", "buy", PurePosixPath("events/buy.json"), shape(DATA))
    assert found == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "coupon": {},
            "nested": {
                "type": "object",
                "properties": {"a": {"type": "boolean"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            "none": {"type": "array"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "total": {"type": "number"},
        },
        "required": ["coupon", "nested", "none", "tags", "total"],
        "additionalProperties": False,
    }
    assert plan_schema(shape([None])) == {"type": "array"}
    assert plan_schema(shape({})) == {"type": "object", "properties": {}, "additionalProperties": False}
    assert plan_schema(shape({"a": 1, "ada@example.com": 1})) == {
        "type": "object",
        "properties": {"a": {"type": "number"}},
        "required": ["a"],
    }
    assert plan_schema({"type": ["null", "string"]}) == {"type": ["string", "null"]}


def test_names_that_a_file_cannot_have() -> None:
    """The document says what it is about. No attribute is required: a call sets some of them."""
    other = document_of("event", "Buy/now", PurePosixPath("events/Buy_now.json"), shape({}))
    assert other["x-cio"] == {"event": "Buy/now"}
    attributes = document_of("attributes", "", PurePosixPath("attributes.json"), shape({"plan": "pro"}))
    assert "required" not in attributes
    assert "x-cio" not in attributes


@pytest.mark.parametrize(
    ("kind", "name", "taken", "expected"),
    [
        ("event", "Order Completed", (), "events/Order Completed.json"),
        ("event", "Buy", ("events/buy.json", "events/buy-2.json"), "events/Buy-3.json"),
        ("event", "Größe: L/XL ", (), "events/Gr_e_L_XL.json"),
        ("event", "…", (), "events/event.json"),
        ("event", "con", (), "events/con_.json"),
        ("event", "a.", (), "events/a.json"),
        ("event", "x" * 200, (), f"events/{'x' * 60}.json"),
        ("message", "12", (), "messages/12.json"),
        ("broadcast", "12", (), "broadcasts/12.json"),
        ("attributes", "", (), "attributes.json"),
    ],
)
def test_names_of_files(kind: Kind, name: str, taken: tuple[str, ...], expected: str) -> None:
    """Each file system can hold them, and no two differ in capitals only."""
    assert file_for(kind, name, taken) == expected


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "array", "items": {"type": ["number", "null"]}}, "array of number or null"),
        ({"enum": ["a", "b"]}, "one of 2 values"),
        ({"const": 1}, "one value"),
        ({"$ref": "../common.json#/$defs/money"}, "money"),
        ({}, "anything"),
        (True, "anything"),
        (False, "nothing"),
    ],
)
def test_descriptions(schema: Any, text: str) -> None:
    """A schema in a few words."""
    assert described(schema) == text


def test_the_description_of_a_document() -> None:
    """Its members, with those that are optional where others are not."""
    both = {"a": {"type": "string"}, "b": {"type": "number"}}
    assert described({"properties": both, "required": ["a"]}, whole=True) == "a: string, b: number (optional)"
    assert described({"properties": both}, whole=True) == "a: string, b: number"
    assert described({}, whole=True) == "anything"


def test_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stays as it was, and no half of a file is left: pytest would end with it."""
    path = tmp_path / "attributes.json"
    path.write_text("{}", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="full"):
        save(tmp_path, {"attributes.json": {"type": "object"}})
    assert {one.name: one.read_text(encoding="utf-8") for one in tmp_path.iterdir()} == {"attributes.json": "{}"}


def test_files(tmp_path: Path) -> None:
    """A property stands on a line of its own; what is short stands on one."""
    document = document_of("event", "buy", PurePosixPath("events/buy.json"), shape({"ä": 1, "b": {"c" * 70: 1}}))
    save(tmp_path, {"events/buy.json": document, "attributes.json": {}})
    text = (tmp_path / "events" / "buy.json").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "{",
        '  "$schema": "https://json-schema.org/draft/2020-12/schema",',
        '  "type": "object",',
        '  "properties": {',
        '    "b": {',
        '      "type": "object",',
        '      "properties": {',
        f'        "{"c" * 70}": {{"type": "number"}}',
        "      },",
        f'      "required": ["{"c" * 70}"],',
        '      "additionalProperties": false',
        "    },",
        '    "ä": {"type": "number"}',
        "  },",
        '  "required": ["b", "ä"],',
        '  "additionalProperties": false',
        "}",
    ]
    assert json.loads(text) == document
    assert written({}) == "{}\n"
