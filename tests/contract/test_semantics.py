"""Valid payloads that probably do not do what was meant."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.semantics import judge_ids, judge_parameters, judge_path, judge_semantics, strict_mode

OPERATIONS = Catalog.load().operations
NOW = 1_764_000_000
DAY = 86_400


def judged(operation: str, **payload: Any) -> list[tuple[str, str]]:
    """Rule and place of each violation."""
    return [(each.rule, each.where) for each in judge_semantics(OPERATIONS[operation], payload, NOW)]


@pytest.mark.parametrize("operation", ["track.event", "track.anonymous_event"])
def test_events_of_v1(operation: str) -> None:
    """Padded names, old timestamps, reserved properties and nulls of an event are reported."""
    assert judged(operation, name="a", timestamp=NOW - 3 * DAY, data={"a": 1}) == []
    assert judged(operation, name=" a") == [("blank-padded-name", "$.name")]
    assert judged(operation, name=" ") == []
    assert judged(operation, name=5, timestamp=True, data=[]) == []
    assert judged(operation, name="a", timestamp=NOW - 3 * DAY - 1) == [("stale-event", "$.timestamp")]
    data = {"recipient": "x", "reply_to": "y", "from_address": "z", "odd key": None}
    assert judged(operation, name="a", data=data) == [
        ("reserved-property", "$.data.from_address"),
        ("reserved-property", "$.data.recipient"),
        ("reserved-property", "$.data.reply_to"),
        ("nan-becomes-null", '$.data["odd key"]'),
    ]


def test_events_of_v2_keep_their_data_in_attributes() -> None:
    """Events of Track v2 have the same rules, with attributes in the place of data."""
    found = judged("track_v2.person_event", action="event", name="a", attributes={"recipient": 1, "x": None})
    assert found == [("reserved-property", "$.attributes.recipient"), ("nan-becomes-null", "$.attributes.x")]


def test_people() -> None:
    """Null clears, and a whole object of preferences replaces the one that was there."""
    preferences = {"topics": {"topic_1": True}}
    assert judged("track.identify", plan="a") == []
    assert judged("track.identify", cio_subscription_preferences=preferences, plan=None) == [
        ("subscription-overwrite", "$.cio_subscription_preferences"),
        ("nan-becomes-null", "$.plan"),
    ]
    attributes = {"cio_subscription_preferences": preferences}
    assert judged("track_v2.person_identify", attributes=attributes) == [
        ("subscription-overwrite", "$.attributes.cio_subscription_preferences")
    ]
    assert judged("track_v2.person_identify", attributes=None) == []


def test_pipelines_names_that_act() -> None:
    """Some names act on the person instead of being stored; others only look padded."""
    assert judged("pipelines.track", event="User Deleted") == [("semantic-event", "$.event")]
    assert judged("pipelines.track", event="Device Created or Updated") == []
    assert judged("pipelines.track", event="bought ") == [("blank-padded-name", "$.event")]
    assert judged("pipelines.track", event=" ") == []
    assert judged("pipelines.identify", event=None) == []


@pytest.mark.parametrize(
    ("operation", "person", "id_type", "broken"),
    [
        ("app.person_attributes", "a3", "cio_id", True),
        ("app.person_attributes", "cio_a3", "cio_id", False),
        ("app.person_attributes", "a3", "id", False),
        ("app.find_by_email", None, "cio_id", False),
        ("track.identify", "a3", "cio_id", False),
    ],
)
def test_a_cio_id_in_a_path_of_the_app_api(operation: str, person: str | None, id_type: str, broken: bool) -> None:
    """With id_type=cio_id the person has the prefix cio_; other operations and types have no such rule."""
    params = {} if person is None else {"customer_id": person}
    found = list(judge_parameters(OPERATIONS[operation], params, {"id_type": id_type}))
    assert [(each.rule, each.severity, each.where) for each in found] == (
        [("cio-id-prefix", "warning", "path.customer_id")] if broken else []
    )


def test_cio_ids_of_a_segment() -> None:
    """With id_type=cio_id an id that has the prefix cio_ is told with its place; anything else is not."""
    found = list(judge_ids({"id_type": "cio_id"}, {"ids": ["a3", "cio_a4", 5]}))
    assert [(each.rule, each.where) for each in found] == [("cio-id-prefix", "$.ids[1]")]
    assert list(judge_ids({}, {"ids": ["cio_a4"]})) == []
    assert list(judge_ids({"id_type": "cio_id"}, {"ids": "cio_a4"})) == []


def test_addresses_of_a_segment() -> None:
    """With id_type=email an entry that is no address is told with its place; a blank one is another rule's business."""
    found = list(judge_ids({"id_type": "email"}, {"ids": ["ada@example.com", "ada", "", 5]}))
    assert [(each.rule, each.severity, each.where, each.got) for each in found] == [
        ("bad-email", "error", "$.ids[1]", 'text of 3 characters, "xxx"')
    ]
    assert list(judge_ids({"id_type": "id"}, {"ids": ["ada"]})) == []


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (NOW + 90 * DAY, []),
        (NOW + 90 * DAY + 1, [("send-at-too-far", "$.send_at")]),
        (NOW - 1, [("past-send-at", "$.send_at")]),
        (0, []),
        (NOW * 1000, []),
        (True, []),
        (None, []),
        ("soon", []),
    ],
)
def test_send_at(moment: object, found: list[tuple[str, str]]) -> None:
    """Ninety days ahead at most, counted from when the request was sent; the past means now."""
    assert judged("app.send_email", send_at=moment) == found


def test_other_operations_have_no_limit_of_send_at() -> None:
    """Other operations have no such rule."""
    assert judged("app.trigger_broadcast", send_at=NOW + 200 * DAY) == []


@pytest.mark.parametrize(
    ("operation", "path", "body", "breaks"),
    [
        ("track.identify", "5", "6", True),
        ("track.identify", "5", 6, True),
        ("track.identify", "5", "5", False),
        ("track.identify", "5", 5, False),
        ("track.identify", "5", "", False),
        ("track.identify", "5", None, False),
        ("track.identify", "cio_a3", "6", False),
        ("track.identify", "ada@example.com", "6", False),
        ("track.identify", "", "6", False),
        ("track.event", "5", "6", False),
    ],
)
def test_the_id_in_the_body_is_the_one_in_the_path(operation: str, path: str, body: object, breaks: bool) -> None:
    """The ids are compared only where the path has an id."""
    found = list(judge_path(OPERATIONS[operation], {"identifier": path}, {"id": body}))
    assert [each.rule for each in found] == (["id-mismatch"] if breaks else [])


def test_pipelines_says_what_it_thinks_only_when_asked() -> None:
    """Only the header X-Strict-Mode: 1 turns it on."""
    rules = {mode: list(strict_mode(OPERATIONS["pipelines.track"], {"x-strict-mode": mode})) for mode in ("1", "true")}
    assert [bool(found) for found in rules.values()] == [False, True]
    assert list(strict_mode(OPERATIONS["track.event"], {})) == []
