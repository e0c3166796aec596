"""A payload beside its contract."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.pages.requests.comparison import (
    MOST_ROWS,
    MOST_TABLES,
    compare,
    compare_batch,
    expectation,
)

DOCUMENT: dict[str, Any] = {
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "at": {"$ref": "#/$defs/time"}, "kind": {"enum": ["a", "b", None]}},
    "allOf": [{"properties": {"also": {"type": ["object", "null"]}}}],
    "$defs": {"time": {"x-cio": {"type": {"rule": "r", "expected": "unix seconds"}, "*": "text"}}},
}


def broken(where: str, severity: Any = "error") -> Violation:
    """A violation at this place."""
    return Violation("rule", severity, where, "expected", "got")


def test_members_in_their_order() -> None:
    """Required and sent members come first, then those that may be sent."""
    table = compare("Payload", DOCUMENT, {"extra": 1, "at": 5}, [])
    assert [(row.name, row.sent, row.expected, row.required, row.verdict) for row in table.rows] == [
        ("extra", "1", "", False, "free"),
        ("at", "5", "unix seconds", False, "ok"),
        ("name", "", "text", True, "absent"),
        ("also", "", "an object", False, "absent"),
        ("kind", "", "a or b", False, "absent"),
    ]
    assert not table.broken


def test_violations_stand_at_their_member() -> None:
    """A violation stands at the member in which it is; one of no member is left over."""
    found = [
        broken("$.name"),
        broken("$.at[2].x", "warning"),
        broken('$["a b"]', "warning"),
        broken("$"),
        broken("$.names"),
    ]
    table = compare("Payload", DOCUMENT, {"at": [1], "a b": 1}, found)
    assert {row.name: row.verdict for row in table.rows if row.violations} == {
        "name": "error",
        "at": "warning",
        "a b": "warning",
    }
    assert [each.where for each in table.rest] == ["$", "$.names"]
    assert table.broken
    assert compare("Payload", DOCUMENT, [1], [broken("$")]).broken


def test_a_wide_payload_is_cut() -> None:
    """Of a payload with many members the first are listed, and the others counted."""
    table = compare("Payload", {}, {str(number): number for number in range(MOST_ROWS + 7)}, [])
    assert (len(table.rows), table.more) == (MOST_ROWS, 7)


def test_a_batch() -> None:
    """Each entity is compared with the schema of its own operation, those with violations first."""
    found = [broken("$.batch[1].name"), broken("$.batch[10].name")]
    entities = [{"name": "a"}] * 12
    tables = compare_batch({"batch": entities}, found, lambda entity: (f"op {entity['name']}", DOCUMENT))
    assert [each.title for each in tables][:3] == ["batch[1] op a", "batch[10] op a", "batch[0] op a"]
    assert [each.broken for each in tables][:3] == [True, True, False]
    assert compare_batch({"batch": 5}, [], lambda entity: ("", None)) == []
    assert len(compare_batch({"batch": [1] * 100}, [], lambda entity: ("", None))) == MOST_TABLES


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, ""),
        (True, ""),
        ({"type": "integer"}, "a whole number"),
        ({"type": ["string", "null", "nothing"]}, "text"),
        ({"$ref": "#/$defs/none"}, ""),
        ({"then": {"type": "array"}}, "a list"),
        ({"x-cio": {"a": {"expected": "one"}, "b": {"expected": "one"}, "c": {"expected": "two"}}}, "one, two"),
        ({"x-cio": {"a": {"expected": "addresses"}, "b": {"expected": "text: addresses"}}}, "text: addresses"),
    ],
)
def test_what_is_expected(schema: Any, text: str) -> None:
    """The words of the contract are used once each, else the type."""
    assert expectation(schema, DOCUMENT) == text


def test_a_schema_that_refers_to_itself() -> None:
    """A circle of references ends."""
    document = {"$defs": {"loop": {"$ref": "#/$defs/loop"}}, "$ref": "#/$defs/loop"}
    assert compare("Payload", document, {}, []).rows == ()
    assert expectation({"$ref": "#/$defs/loop"}, document) == ""


def test_every_operation_can_be_compared() -> None:
    """Each schema of the catalogue makes a table; a member that a schema names has something to say."""
    catalog = Catalog.load()
    contract = Contract(catalog)
    for operation in catalog.operations.values():
        table = compare(operation.id, contract.document(operation), {}, [])
        assert len({row.name for row in table.rows}) == len(table.rows)
