"""The table of published calls: schemas/routes.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from for_each import for_each
from jsonschema import Draft202012Validator

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import Routes, document_of, read_operation, read_routes
from pytest_customerio.contract.engine.bundle import bundle, parameters
from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError

ROOT = data.schemas()
COMMON = data.read_json(ROOT / "common.json")
TABLE = data.read_json(ROOT / "routes.json")
ROUTES = read_routes(ROOT)
NAMES = list(ROUTES.operations)
NO_NUMBERS = {"suppression_type": "bounces", "email_address": "ada@example.com"}
WITH_BODY = [
    name for name, one in ROUTES.operations.items() if not one.like and Schema(document_of(name), COMMON).constrains
]


def without(payload: Any, member: str) -> Any:
    """The payload without this member."""
    return {name: value for name, value in payload.items() if name != member}


def test_the_whole_app_api_is_there() -> None:
    """186 calls of the App API are published (docs.customer.io/files/journeys-app.json, 2026-09-17).

    The address of a webhook-triggered campaign is described on a page of its own.
    """
    found = [each for each in Catalog.load().of("app") if each.id not in ROUTES.unlisted]
    assert len({(each.method, each.path) for each in found}) == len(found) == 186
    assert [name for name in ROUTES.unlisted if name.startswith("app.")] == ["app.trigger_webhook_campaign"]


@for_each("name", NAMES)
def test_a_call_is_sound(name: str) -> None:
    """Its schema is valid, accepts its example in both engines, and says each parameter of its path."""
    document = document_of(name)
    Draft202012Validator.check_schema(bundle(document, COMMON))
    schema = Schema(document, COMMON)
    for example in document["examples"]:
        assert schema.violations(example or {}) == []
        assert schema.holds(example or {}, 0)
    about = document["x-cio"]
    assert set(re.findall(r"{(\w+)}", about["path"])) == set(about["parameters"].get("path", {}))
    given = {"path": {name: NO_NUMBERS.get(name, "7") for name in about["parameters"].get("path", {})}, "query": {}}
    assert Schema(parameters(document), COMMON).violations(given) == []


@for_each("name", WITH_BODY)
def test_each_required_member_is_missed_and_each_type_is_checked(name: str) -> None:
    """Both engines notice a missing member, which is an error where it is published, and a member of the wrong type."""
    document = document_of(name)
    source = document["x-cio"].get("required", {}).get("source")
    schema, (example,) = Schema(document, COMMON), document["examples"]
    for member in document.get("required", ()):
        broken = without(example, member)
        assert not schema.holds(broken, 0)
        assert [(each.rule, each.severity, each.where) for each in schema.violations(broken)] == [
            ("malformed", "warning" if source == "inferred" else "error", f"$.{member}")
        ]
    for member, about in document.get("properties", {}).items():
        if "type" in about or "enum" in about:
            broken = example | {member: {"a": 1} if "object" not in str(about.get("type")) else 7}
            assert not schema.holds(broken, 0)
            assert schema.violations(broken)


@for_each("name", NAMES)
def test_an_answer_has_its_published_type(name: str) -> None:
    """The made-up values have the type; an answer without a body is a 204."""
    found = ROUTES.answer(name)
    assert found is not None
    surface, _, call = name.partition(".")
    row = TABLE["surfaces"][surface]["routes"][call]
    assert (found.status, found.body is None) in {(200, False), (204, True)}
    if found.body is not None:
        Draft202012Validator({**row["answer"], "$defs": TABLE["$defs"]}).validate(found.body)
    if isinstance(found.body, dict) and "next" in found.body:
        assert found.body["next"] == ""  # a `next` that leads on would keep a loop over pages busy for ever


def test_every_definition_is_used_and_every_rule_is_known() -> None:
    """References lead to the table's own definitions or to common.json."""
    text = (ROOT / "routes.json").read_text("utf-8")
    used = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', text))
    assert used == set(TABLE["$defs"])
    assert set(re.findall(r'"rule": "([^"]+)"', text)) <= set(vocabulary())


def test_a_call_that_has_the_payload_of_another() -> None:
    """`like` names it; method and path are its own."""
    document = document_of("track.push_events")
    assert document["x-cio"]["path"] == "/push/events"
    assert document["properties"] == document_of("track.push_metrics")["properties"]
    like = {one.like: one.path for one in ROUTES.operations.values() if one.like}
    assert like.pop("track.push_metrics") == "/push/events"
    assert like == {f"pipelines.{name}": f"/v1/{name[0]}" for name in (*Catalog.load().pipelines_calls, "batch")}


def test_an_operation_with_a_file() -> None:
    """It is not in the table."""
    assert ROUTES.document("track.event") is ROUTES.answer("track.event") is None
    assert document_of("track.event")["x-cio"]["path"] == "/api/v1/customers/{identifier}/events"


@pytest.mark.parametrize(
    "broken", ["[]", "{}", '{"$defs": {}, "surfaces": {"app": {"routes": {"a": {"call": "GET"}}}}}']
)
def test_a_broken_table(tmp_path: Path, broken: str) -> None:
    """The error names the file."""
    (tmp_path / "routes.json").write_text(broken, "utf-8")
    with pytest.raises(DataError, match=r"routes\.json: not a table of routes"):
        Routes(tmp_path / "routes.json")


def test_a_broken_file_of_an_operation(tmp_path: Path) -> None:
    """The error names the file."""
    (tmp_path / "a.json").write_text(json.dumps({"x-cio": {}}), "utf-8")
    with pytest.raises(DataError, match="not a schema of an operation"):
        read_operation(tmp_path / "a.json")
