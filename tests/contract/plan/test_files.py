"""The files of a plan are read; what cannot be used is refused with its file and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.contract.plan.files import compiled, plan_files
from pytest_customerio.core.data import DataError

COMMON = {"$defs": {"email": {"type": "string"}}}


def written(folder: Path, **files: Any) -> Path:
    """A folder with files; `events__buy` stands for events/buy.json."""
    for name, document in files.items():
        path = folder / (name.replace("__", "/") + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return folder


def refused(folder: Path) -> tuple[str, int | None, str]:
    """File, line and cause of the error with which the folder is refused."""
    with pytest.raises(DataError) as caught:
        compiled(folder, plan_files(folder), COMMON)
    return caught.value.path.relative_to(folder).as_posix(), caught.value.line, caught.value.cause


def test_the_places_of_a_plan(tmp_path: Path) -> None:
    """Each file is about what its place says, or its x-cio; hidden folders are passed over."""
    written(tmp_path, events__buy={}, events__b={"x-cio": {"event": "Buy/now"}}, messages__Receipt={}, attributes={})
    written(tmp_path, **{"broadcasts__12": {}, ".git__x": "no JSON", "common": {"$defs": {}}})
    assert {(one.kind, one.name, str(one.file)) for one in plan_files(tmp_path)} == {
        ("attributes", "", "attributes.json"),
        ("broadcast", "12", "broadcasts/12.json"),
        ("event", "Buy/now", "events/b.json"),
        ("event", "buy", "events/buy.json"),
        ("message", "receipt", "messages/Receipt.json"),
    }
    assert plan_files(tmp_path / "missing") == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"events__buy": '{\n "type": }'}, ("events/buy.json", 2, "not JSON: Expecting value")),
        ({"events__buy": "[]"}, ("events/buy.json", 1, "a schema is an object")),
        ({"events__buy": {"x-cio": 5}}, ("events/buy.json", 1, 'x-cio: accepted: {"event": "the name"}')),
        (
            {"event__buy": {}},
            (
                "event/buy.json",
                None,
                "no part of a tracking plan (did you mean events?); accepted: attributes.json, common.json, "
                "events/*.json, messages/*.json, broadcasts/*.json",
            ),
        ),
        (
            {"attribute": {}},
            (
                "attribute.json",
                None,
                "no part of a tracking plan (did you mean attributes.json?); accepted: attributes.json, common.json, "
                "events/*.json, messages/*.json, broadcasts/*.json",
            ),
        ),
        (
            {"messages__A": {}, "messages__a": {}},
            ("messages/a.json", None, "messages/A.json is about the same message 'a'"),
        ),
        (
            {"events__buy": '{\n "propertys": {}}'},
            (
                "events/buy.json",
                2,
                "'propertys' is no keyword of JSON Schema, and would constrain nothing; did you mean properties?",
            ),
        ),
        (
            {"events__buy": '{"properties": {"a": {\n "total_price": {"type": "number"}}}}'},
            (
                "events/buy.json",
                2,
                "'total_price' is no keyword of JSON Schema, and would constrain nothing; properties stand in "
                "properties",
            ),
        ),
        (
            {"events__buy": {"$ref": "https://x.example/y"}},
            ("events/buy.json", 1, "refers to https://x.example/y: nothing is looked up elsewhere"),
        ),
        (
            {"events__buy": '{"properties": {\n "a": {"type": "strng"}}}'},
            (
                "events/buy.json",
                2,
                "no JSON Schema: 'strng' is no type (did you mean string?); accepted: array, boolean, integer, null, "
                "number, object, string",
            ),
        ),
        (
            {"events__buy": {}, "common": {"email": {}}},
            ("common.json", 1, 'holds what several schemas share: {"$defs": {"name": {…}}}'),
        ),
        (
            {"events__buy": {}, "common": '{"$defs": {\n "text": {"x-maxBytes": "9"}}}'},
            ("common.json", 2, "x-maxBytes: accepted: a whole number"),
        ),
        (
            {"events__buy": '{"type": "object",\n "x-cio": 5}'},
            ("events/buy.json", 2, 'x-cio: accepted: {"event": "the name"}'),
        ),
    ],
)
def test_mistakes(tmp_path: Path, files: dict[str, Any], expected: tuple[str, int | None, str]) -> None:
    """A file that cannot be used, or would constrain nothing, is refused with file, line and cause."""
    assert refused(written(tmp_path, **files)) == expected


def test_shared_definitions(tmp_path: Path) -> None:
    """Schemas may refer to Customer.io's definitions, or to those of a common.json of the project."""
    written(tmp_path, events__buy={"properties": {"a": {"$ref": "../common.json#/$defs/email"}}})
    written(tmp_path, attributes={"properties": {"a": {"$ref": "common.json#/$defs/email"}}})
    both = compiled(tmp_path, plan_files(tmp_path), COMMON)
    assert [(one.rule, one.expected) for each in both.values() for one in each.violations({"a": 5})] == [
        ("attribute-type", "string"),
        ("event-contract", "string"),
    ]
    written(tmp_path, common={"$defs": {"email": {"type": "boolean"}}})
    own = compiled(tmp_path, plan_files(tmp_path), COMMON)
    assert [one.expected for each in own.values() for one in each.violations({"a": 5})] == ["boolean", "boolean"]


def test_a_member_that_is_not_listed_is_a_violation_of_its_own(tmp_path: Path) -> None:
    """With additionalProperties false; with patternProperties beside it, JSON Schema's own words stay."""
    written(tmp_path, events__a={"properties": {"total": {}}, "additionalProperties": False})
    written(tmp_path, events__b={"patternProperties": {"^x": {}}, "additionalProperties": False})
    hint = {"additionalProperties": {"hint": "ask marketing"}}
    written(tmp_path, messages__c={"properties": {}, "additionalProperties": False, "x-cio": hint})
    found = compiled(tmp_path, plan_files(tmp_path), COMMON)
    listed = found["event", "a"].violations({"totl": 1, "zzz": 2})
    assert [(one.where, one.expected) for one in listed] == [
        ("$.totl", "total"),
        ("$.zzz", "a property of the plan"),
    ]
    assert [one.where for one in found["event", "b"].violations({"a": 1})] == ["$"]
    (own,) = found["message", "c"].violations({"a": 1})
    assert (own.expected, own.hint, own.rule) == ("a variable of the plan", "ask marketing", "message-data-contract")
