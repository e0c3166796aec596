"""Events, attributes and data of messages are judged by the plan of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.contract.plan.contents import contents
from pytest_customerio.contract.plan.tracking_plan import TrackingPlan, difference
from pytest_customerio.core.model import Violation

COMMON: dict[str, Any] = {"$defs": {}}
TOTAL = {"properties": {"total": {"type": "number"}}, "required": ["total"]}
UPDATE = "python -m pytest_customerio plan --update"


@pytest.fixture
def plan(tmp_path: Path) -> TrackingPlan:
    """A plan with two events, attributes and a message."""
    folder = tmp_path / "contracts"
    attributes = {"properties": {"seats": {"type": "number"}, "name": {"type": ["string"]}, "any": True, "x": {}}}
    files = {
        "events/purchase.json": TOTAL,
        "events/signed_up.json": {},
        "attributes.json": {**attributes, "additionalProperties": False},
        "messages/12.json": {**TOTAL, "x-cio": {"required": {"hint": "ask marketing"}}},
    }
    for name, document in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return TrackingPlan(folder, COMMON)


def judged(plan: TrackingPlan, operation: str, payload: Any) -> list[tuple[str, str, str, str]]:
    """Rule, place, and what was expected and found."""
    found = plan.judge(contents(operation, payload), 100)
    return [(one.rule, one.where, one.expected, one.got) for one in found]


def test_what_keeps_to_the_plan(plan: TrackingPlan) -> None:
    """Nothing is said of it, nor of a message that is not in the plan."""
    assert judged(plan, "track.event", {"name": "purchase ", "data": {"total": 5, "more": 1}}) == []
    assert judged(plan, "track.identify", {"seats": 5, "name": "Ada", "any": [1], "x": ""}) == []
    assert judged(plan, "app.send_email", {"transactional_message_id": 13}) == []


def test_data_that_breaks_its_schema(plan: TrackingPlan) -> None:
    """The place is that in the whole payload; the hint names the file, unless the schema has its own."""
    (found,) = plan.judge(contents("track.event", {"name": "purchase", "data": {"total": "5"}}), 100)
    assert found == Violation(
        "event-contract",
        "error",
        "$.data.total",
        "number",
        "text of 1 character",
        f"follow contracts/events/purchase.json, or: {UPDATE}",
    )
    (found,) = plan.judge(contents("app.send_email", {"transactional_message_id": "12"}), 100)
    assert (found.rule, found.where, found.got, found.hint) == (
        "message-data-contract",
        "$.message_data.total",
        "nothing",
        "ask marketing",
    )


def test_a_required_member_under_another_name(plan: TrackingPlan) -> None:
    """The member that was probably meant is named."""
    assert judged(plan, "track.event", {"name": "purchase", "data": {"Total": 5}}) == [
        ("event-contract", "$.data.total", "total", 'nothing, but "Total"')
    ]
    assert judged(plan, "track.event", {"name": "purchase", "data": {"zzz": 5}})[0][3] == "nothing"


def test_null_and_empty_text_clear_an_attribute_of_any_type(plan: TrackingPlan) -> None:
    """They are no violation; the name of the attribute is judged all the same."""
    assert judged(plan, "track.identify", {"seats": None, "name": None}) == []
    assert judged(plan, "track.identify", {"seats": ""}) == []
    assert judged(plan, "track.identify", {"seats": "5", "sets": None}) == [
        ("attribute-type", "$.seats", "number", "text of 1 character"),
        ("attribute-type", "$.sets", "seats", "a name that is not in the plan"),
    ]


@pytest.mark.parametrize(
    ("name", "expected", "got"),
    [
        ("Signed_Up", '"signed_up"', '"Signed_Up", which differs only in capitals'),
        ("signed up", '"signed_up"', '"signed up", which differs only in capitals, spaces and signs'),
        ("purchased", '"purchase"', '"purchased"'),
        ("refund", "an event of contracts/events", '"refund"'),
        ("ada@example.com", "an event of contracts/events", 'text of 15 characters, "xxx@xxxxxxx.xxx"'),
    ],
)
def test_an_event_that_is_not_in_the_plan(plan: TrackingPlan, name: str, expected: str, got: str) -> None:
    """The event that was probably meant is named; personal data is not shown."""
    assert judged(plan, "track.event", {"name": name}) == [("unknown-event", "$.name", expected, got)]


def test_without_events_each_event_is_fine(tmp_path: Path) -> None:
    """A folder that does not exist yet demands nothing."""
    assert judged(TrackingPlan(tmp_path / "missing", COMMON), "track.event", {"name": "refund"}) == []


@pytest.mark.parametrize(
    ("given", "planned", "differs"),
    [
        ("Buy", "buy", "capitals"),
        ("buy it", "buyit", "spaces"),
        ("Buy It", "buyit", "capitals and spaces"),
        ("Buy-It", "buy_it", "capitals, spaces and signs"),
        ("buy", "sell", ""),
        ("!", "?", ""),
    ],
)
def test_how_names_differ(given: str, planned: str, differs: str) -> None:
    """Names that differ in capitals, spaces or signs only are alike."""
    assert difference(given, planned) == differs
