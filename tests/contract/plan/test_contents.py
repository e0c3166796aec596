"""What a request carries of the project's own is found in the payload of each operation."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.plan.contents import Content, contents, message_id

PERSON = {"type": "person", "identifiers": {"id": "42"}}


def found(operation: str, payload: Any, **params: str) -> list[tuple[str, str, Any, str, str]]:
    """Kind, name, data and places of the contents."""
    return [(one.kind, one.name, one.data, one.where, one.name_at) for one in contents(operation, payload, params)]


@pytest.mark.parametrize(
    ("operation", "payload", "expected"),
    [
        ("track.event", {"name": " buy ", "data": {"a": 1}}, ("event", "buy", {"a": 1}, "$.data", "$.name")),
        ("track.anonymous_event", {"name": "buy"}, ("event", "buy", {}, "$.data", "$.name")),
        (
            "track_v2.person_event",
            {**PERSON, "action": "event", "name": "buy", "attributes": {"a": 1}},
            ("event", "buy", {"a": 1}, "$.attributes", "$.name"),
        ),
        (
            "pipelines.track",
            {"event": "buy ", "properties": {"a": 1}},
            ("event", "buy ", {"a": 1}, "$.properties", "$.event"),
        ),
        ("track.identify", {"plan": "pro", "id": "42"}, ("attributes", "", {"plan": "pro"}, "$", "")),
        (
            "track_v2.person_identify",
            {**PERSON, "attributes": {"plan": "pro", "_update": True}},
            ("attributes", "", {"plan": "pro"}, "$.attributes", ""),
        ),
        ("pipelines.identify", {"traits": {"plan": "pro"}}, ("attributes", "", {"plan": "pro"}, "$.traits", "")),
        (
            "app.send_email",
            {"transactional_message_id": "Receipt", "message_data": {"a": 1}},
            ("message", "receipt", {"a": 1}, "$.message_data", "$.transactional_message_id"),
        ),
        (
            "app.send_push",
            {"transactional_message_id": 7},
            ("message", "7", {}, "$.message_data", "$.transactional_message_id"),
        ),
    ],
)
def test_one_content(operation: str, payload: Any, expected: tuple[Any, ...]) -> None:
    """Events, attributes and data of messages are found with their places. Track trims names, Pipelines does not."""
    assert found(operation, payload) == [expected]


@pytest.mark.parametrize(
    ("operation", "payload"),
    [
        ("track.event", {"name": "https://example.com", "type": "page", "data": {"a": 1}}),
        ("track.event", {"name": 5, "data": {}}),
        ("track.event", {"name": " ", "data": {}}),
        ("track.event", {"name": "buy", "data": [1]}),
        ("track.event", ["buy"]),
        ("track.identify", {"id": "42", "unsubscribed": "true", "cio_subscription_preferences": {}}),
        ("track_v2.person_identify", {**PERSON, "attributes": None}),
        ("pipelines.track", {"event": "User Deleted", "properties": {}}),
        ("pipelines.group", {"traits": {"a": 1}}),
        ("app.send_email", {"message_data": {"a": 1}}),
        ("app.send_email", {"transactional_message_id": 1, "message_data": "a"}),
        ("app.trigger_broadcast", {"data": {"a": 1}}),
        ("track_v2.batch", {"batch": {}}),
    ],
)
def test_no_content(operation: str, payload: Any) -> None:
    """Views, broken payloads, messages without a template and what Customer.io defines carry nothing of the project."""
    assert found(operation, payload) == []


def test_batches() -> None:
    """Each entry of a batch is looked at by its own type and action."""
    entries = [{**PERSON, "action": "event", "name": "buy"}, {"type": "object", "action": "identify"}, 5]
    entries += [{**PERSON, "action": "identify", "attributes": {"a": 1}}, {**PERSON, "action": []}]
    assert found("track_v2.batch", {"batch": entries}) == [
        ("event", "buy", {}, "$.batch[0].attributes", "$.batch[0].name"),
        ("attributes", "", {"a": 1}, "$.batch[3].attributes", ""),
    ]
    calls = [{"type": "track", "event": "buy"}, {"type": "identify", "traits": {"a": 1}}, {"type": "page"}, {"type": 1}]
    assert found("pipelines.batch", {"batch": calls}) == [
        ("event", "buy", {}, "$.batch[0].properties", "$.batch[0].event"),
        ("attributes", "", {"a": 1}, "$.batch[1].traits", ""),
    ]


def test_broadcasts() -> None:
    """What single people get is joined to what all of them get."""
    assert found("app.trigger_broadcast", {"data": {"a": 1}}, broadcast_id="12") == [
        ("broadcast", "12", {"a": 1}, "$.data", "")
    ]
    people = [{"id": "1", "data": {"b": 2}}, {"id": "2"}, {"id": "3", "data": 5}, 6]
    assert found("app.trigger_broadcast", {"data": {"a": 1}, "per_user_data": people}, broadcast_id="12") == [
        ("broadcast", "12", {"a": 1, "b": 2}, "$.per_user_data[0].data", ""),
        ("broadcast", "12", {"a": 1}, "$.per_user_data[1].data", ""),
        ("broadcast", "12", {"a": 1}, "$.per_user_data[3].data", ""),
    ]
    assert found("app.trigger_broadcast", {"data": 5}, broadcast_id="12") == []


def test_ids_of_messages() -> None:
    """A number and its text are the same id, and capitals of a name do not count; other values are none."""
    assert [message_id(one) for one in (12, "12", " Receipt", True, None)] == ["12", "12", "receipt", "", ""]
    assert Content("event", "buy", {}, "$.data").key == ("event", "buy")
