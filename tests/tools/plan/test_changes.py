"""A plan is widened by what was sent, and never narrowed; what it cannot widen is named."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

from pytest_customerio.contract.plan.contents import Kind
from pytest_customerio.contract.plan.files import PlanFile
from pytest_customerio.contract.plan.shapes import shape
from pytest_customerio.tools.plan.changes import Update, Widening, place, update


def planned(document: Any, name: str = "buy", kind: Kind = "event") -> PlanFile:
    """One file of a plan."""
    return PlanFile(kind, name, PurePosixPath(f"{kind}s/{name}.json"), document)


def updated(files: list[PlanFile], whole: bool = True, **sent: Any) -> Update:
    """The update for these events."""
    contents = [{"kind": "event", "name": name, "shape": shape(data)} for name, data in sent.items()]
    return update(files, {"version": 1, "whole": whole, "contents": contents})


def shown(found: Update) -> list[str]:
    """The changes as text."""
    return [f"{one.sign} {one.file} {one.where}: {one.what}" for one in found.changes]


@pytest.mark.parametrize(
    ("known", "sent", "expected", "changes"),
    [
        ({"type": "number"}, 5, {"type": "number"}, []),
        ({"type": "integer"}, 5, {"type": "integer"}, []),
        ({"type": "integer"}, 5.5, {"type": ["number"]}, ["~ $.a: integer → number"]),
        ({"type": "string"}, 5, {"type": ["number", "string"]}, ["~ $.a: string → number or string"]),
        ({"type": "string"}, None, {"type": ["string", "null"]}, ["~ $.a: string → string or null"]),
        ({}, 5, {}, []),
        (True, 5, True, []),
        (False, 5, False, ["! $.a: nothing → integer: to be changed by hand"]),
        ({"enum": ["a"]}, 5, {"enum": ["a"]}, []),
        (
            {"type": "string", "enum": ["a"]},
            5,
            {"type": "string", "enum": ["a"]},
            ["! $.a: string → number or string: to be changed by hand"],
        ),
        (
            {"type": "string"},
            {"a": 1},
            {
                "type": ["object", "string"],
                "properties": {"a": {"type": "number"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            ["~ $.a: string → object or string"],
        ),
        (
            {"type": "string"},
            [1],
            {"type": ["array", "string"], "items": {"type": "number"}},
            ["~ $.a: string → array or string"],
        ),
        (
            {"type": "array", "items": {"type": "string"}},
            [1],
            {"type": "array", "items": {"type": ["number", "string"]}},
            ["~ $.a[*]: string → number or string"],
        ),
        ({"type": "array"}, [1], {"type": "array"}, []),
    ],
)
def test_a_value(known: Any, sent: Any, expected: Any, changes: list[str]) -> None:
    """A type is added; where other keywords say what is allowed, a person has to change them."""
    widening = Widening("events/buy.json")
    assert widening.widened(known, shape(sent), ["a"]) == expected
    assert [f"{one.sign} {one.where}: {one.what}" for one in widening.changes] == changes


def test_members() -> None:
    """A closed object gets new members, an open one does not; what is missing is required no more."""
    closed = {"properties": {"b": {}}, "required": ["b", "c"], "additionalProperties": False}
    found = updated([planned(closed)], buy={"B": 1, "a": 2, "c": 3})
    assert shown(found) == [
        "~ events/buy.json $.b: required → optional",
        "+ events/buy.json $.B: number   is it b? It differs in capitals only",
        "+ events/buy.json $.a: number",
        "+ events/buy.json $.c: number",
        "- events/buy.json $.b: not sent by the last run; left as it is",
    ]
    document = found.documents["events/buy.json"]
    assert list(document["properties"]) == ["B", "a", "b", "c"]
    assert document["required"] == ["c"]
    assert updated([planned({"required": ["x"]})], buy={"a": 1}).documents == {"events/buy.json": {}}
    assert not updated([planned({"properties": {}})], buy={"a": 1}).differs


def test_members_in_an_order_of_their_own() -> None:
    """New ones stand at the end where the known ones are not in the order of the alphabet."""
    known = {"properties": {"z": {}, "a": {}}, "additionalProperties": False}
    found = updated([planned(known)], buy={"m": 1, "z": 1, "a": 1})
    assert list(found.documents["events/buy.json"]["properties"]) == ["z", "a", "m"]


def test_members_that_a_pattern_or_a_schema_allows() -> None:
    """They need no entry. Where the schema for all others forbids one, a person has to decide."""
    pattern = {"patternProperties": {"^x_": {}}, "additionalProperties": False}
    assert shown(updated([planned(pattern)], buy={"x_a": 1})) == []
    rest = {"additionalProperties": {"type": "string"}}
    assert shown(updated([planned(rest)], buy={"a": "x", "b": 1})) == [
        "! events/buy.json $.b: integer is not what additionalProperties allows: to be changed by hand"
    ]


def test_a_name_that_cannot_be_listed() -> None:
    """It may be about a person. The other names are compared all the same."""
    known = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    assert shown(updated([planned(known)], buy={"a": "x", "b": 1, "ada@example.com": 1})) == [
        "! events/buy.json : some of its names may be about a person, so it cannot list them: to be changed by hand",
        "+ events/buy.json $.b: number",
    ]


def test_names_that_are_values() -> None:
    """A closed object cannot list them; an open one needs nothing."""
    wide = {f"n{index}": 1 for index in range(101)}
    known = {"type": "object", "additionalProperties": False}
    assert shown(updated([planned(known)], buy=wide)) == [
        "! events/buy.json : its names are values, so it cannot list them: to be changed by hand"
    ]
    assert shown(updated([planned({"type": "object"})], buy=wide)) == []


def test_new_files() -> None:
    """An event that the plan does not have; one that differs from a planned one in capitals only may be a mistake."""
    found = updated([planned({}), planned({}, "7", "message")], Buy={}, sell={"a": 1})
    assert shown(found) == [
        "+ events/Buy-2.json : anything   is it buy? It differs in capitals only",
        "+ events/sell.json : a: number",
        "- events/buy.json : not sent by the last run; left as it is",
        "- messages/7.json : not sent by the last run; left as it is",
    ]
    assert list(found.documents) == ["events/Buy-2.json", "events/sell.json"]
    assert found.differs


def test_names_that_nearly_are_planned_ones() -> None:
    """One that was not sent may be meant; one that was sent is another."""
    known = {"properties": {"seats": {}}, "additionalProperties": False}
    files = [planned(known, "purchased")]
    assert shown(updated(files, whole=False, purchases={})) == [
        "+ events/purchases.json : anything   is it purchased? That was not sent"
    ]
    assert shown(updated(files, whole=False, purchased={"seat": 1})) == [
        "+ events/purchased.json $.seat: number   is it seats? That was not sent"
    ]
    assert shown(updated(files, purchased={"seat": 1, "seats": 1})) == ["+ events/purchased.json $.seat: number"]


def test_a_run_of_a_part_of_the_suite() -> None:
    """Nothing is said of what it did not send."""
    assert shown(updated([planned({})], whole=False)) == []
    assert not updated([planned({})]).differs


def test_what_was_sent_fits_the_plan_that_it_made() -> None:
    """The plan that an update writes needs no other update."""
    data = {"a": 1, "b": [{"c": None}], "d": {"e": {"f": "x"}}}
    first = updated([], buy=data)
    again = updated([planned(first.documents["events/buy.json"])], buy=data)
    assert (again.changes, again.documents) == ((), {})


def test_places() -> None:
    """As everywhere, a JSON path."""
    assert [place(path) for path in ([], ["a", "[*]", "b c"])] == ["", '$.a[*]["b c"]']
