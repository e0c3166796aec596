"""Track v2: each entity, and batches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

ADA: dict[str, Any] = {"identifiers": {"id": "42"}}
ACME: dict[str, Any] = {"identifiers": {"object_type_id": "1", "object_id": "acme"}}
NOBODY = ("nothing to do: there is no such person",)


def test_people(ask: SandboxClient) -> None:
    """A person is added by any identifier, with relationships; `_update` creates no person."""
    ask.entity("identify", **ADA, attributes={"plan": "pro", "nick": None}, cio_relationships=[ACME])
    ada = ask.person("id", "42")
    assert (ada.attributes, len(ada.relationships)) == ({"plan": "pro"}, 1)
    ask.entity("identify", identifiers={"cio_id": ada.cio_id}, attributes={"email": "ada@example.com"})
    ask.entity("identify", identifiers={"phone": "+15551234567"})
    assert ask.person("email", "ada@example.com") is ada
    assert ask.person("phone", "+15551234567") is not ada
    assert ask.entity("identify", identifiers={"id": "43"}, attributes={"_update": True}) == (
        "dropped: _update is set and this person does not exist",
    )
    assert ask.entity("merge", primary={"id": "42"}, secondary={"id": "43"})[0].startswith("dropped")
    assert ask.entity("delete", **ADA) == ()
    assert ask.entity("delete", **ADA) == NOBODY


def test_suppression(ask: SandboxClient) -> None:
    """Entities about a suppressed person are accepted and ignored."""
    assert ask.entity("suppress", **ADA) == ()
    ignored = ("ignored: this person is suppressed",)
    assert ask.entity("identify", **ADA) == ignored
    assert ask.entity("add_relationships", **ADA, cio_relationships=[ACME]) == ignored
    assert ask.entity("add_relationships", "object", **ACME, cio_relationships=[ADA]) == ignored
    assert ask.entity("unsuppress", **ADA) == ()
    assert ask.entity("identify", **ADA) == ()


def test_events_pages_and_screens(ask: SandboxClient) -> None:
    """Events, page views and screen views have their own type; a visitor may have them too."""
    ask.entity("event", **ADA, name="bought", attributes={"total": 1}, timestamp=NOW - 1)
    ask.entity("page", **ADA, name="https://example.com/")
    ask.entity("screen", **ADA, name="Pricing")
    ask.entity("event", identifiers={"anonymous_id": "visitor-1"}, name="seen")
    events = [(event.name, event.type, event.timestamp) for event in ask.person("id", "42").events]
    assert events == [("bought", "event", NOW - 1), ("https://example.com/", "page", NOW), ("Pricing", "screen", NOW)]
    assert list(ask.service.workspace.visitors.events) == ["visitor-1"]


def test_devices(ask: SandboxClient) -> None:
    """A device is named by `token`."""
    ask.entity("add_device", **ADA, device={"token": "device-1", "platform": "ios"})
    (known,) = ask.person("id", "42").devices.items()
    assert (known[0], known[1]["id"], known[1]["platform"]) == ("device-1", "device-1", "ios")
    assert ask.entity("delete_device", **ADA, device={"token": "device-1"}) == ()


def test_relationships_of_people(ask: SandboxClient) -> None:
    """Relationships are added, with a new person if needed, and ended; to end an unknown one does nothing."""
    assert ask.entity("delete_relationships", **ADA, cio_relationships=[ACME]) == NOBODY
    assert ask.entity("add_relationships", **ADA, cio_relationships=[ACME]) == (
        "made a new person: nobody had this identifier",
    )
    assert ask.entity("delete_relationships", **ADA, cio_relationships=[ACME]) == ()
    nobody = {"identifiers": {"cio_id": "a3ff"}}
    assert ask.entity("add_relationships", **nobody, cio_relationships=[ACME]) == ("dropped: nobody has this cio_id",)


def test_objects(ask: SandboxClient) -> None:
    """Objects are created, updated, related and deleted, also by cio_object_id."""
    ask.entity("identify", "object", **ACME, attributes={"name": "Acme", "size": 5}, cio_relationships=[ADA])
    ask.entity("identify", "object", **ACME, attributes={"size": ""})
    (acme,) = ask.service.workspace.objects.all
    assert (acme.attributes, list(acme.people)) == ({"name": "Acme"}, [ask.person("id", "42").cio_id])
    named = {"identifiers": {"cio_object_id": acme.cio_object_id}}
    assert ask.entity("delete_relationships", "object", **named, cio_relationships=[ADA]) == ()
    assert ask.entity("delete_relationships", "object", **named, cio_relationships=[{"identifiers": {"id": "43"}}]) == (
        "nothing to do: no such person",
    )
    nobody = {"identifiers": {"cio_id": "a3ff"}}
    assert ask.entity("add_relationships", "object", **named, cio_relationships=[nobody]) == (
        "dropped: nobody has this cio_id",
    )
    assert ask.entity("delete", "object", **named) == ()
    gone = ("nothing to do: there is no such object",)
    assert ask.entity("delete", "object", **ACME) == gone
    assert ask.entity("delete_relationships", "object", **ACME, cio_relationships=[ADA]) == gone
    unknown = ask.entity("identify", "object", **named)
    assert unknown == ("dropped: no object has this cio_object_id",)


def test_objects_of_visitors(ask: SandboxClient) -> None:
    """The relationship of a visitor becomes one of the person that the visitor is identified as."""
    visitor = {"identifiers": {"anonymous_id": "visitor-1"}}
    ask.entity("identify_anonymous", "object", **ACME, cio_relationships=[visitor])
    ask.identify("42", anonymous_id="visitor-1")
    assert len(ask.person("id", "42").relationships) == 1


def test_metrics(ask: SandboxClient) -> None:
    """A metric is added to its delivery."""
    payload = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}
    delivery = ask.body("POST", "/v1/send/email", payload)["delivery_id"]
    opened = {"name": "opened", "attributes": {"device_token": "device-1"}}
    assert ask.entity("event", "delivery", identifiers={"id": delivery}, **opened) == ()
    assert ask.service.workspace.deliveries[delivery].metrics == [("opened", NOW)]


def batch_of_events(*names: str) -> dict[str, Any]:
    """A batch of events with these names; an empty name is invalid."""
    return {"batch": [{"type": "person", "action": "event", **ADA, "name": name} for name in names]}


def test_a_batch(ask: SandboxClient) -> None:
    """The entities of a batch are carried out in order; a note begins with the index of its entity."""
    reply = ask("POST", "/api/v2/batch", batch_of_events("one", "two"))
    assert (reply.answer.status, reply.answer.body) == (200, b"{}\n")
    assert reply.notes == ("[0] made a new person: nobody had this identifier",)
    assert [event.name for event in ask.person("id", "42").events] == ["one", "two"]


def test_a_batch_accepted_in_part(ask: SandboxClient) -> None:
    """207 lists the refused entities with the documented texts; all others are carried out."""
    long = {"type": "person", "action": "identify", **ADA, "attributes": {"plan": "x" * 1001}}
    payload = {"batch": [*batch_of_events("one", "")["batch"], long, {"type": "spaceship"}]}
    reply = ask("POST", "/api/v2/batch", payload)
    assert (reply.answer.status, reply.case) == (207, "207-partial-failure")
    assert json.loads(reply.answer.body)["errors"] == [
        {
            "batch_index": 1,
            "reason": "invalid",
            "field": "name",
            "message": "name: expected 1 to 100 bytes, got empty text",
        },
        {
            "batch_index": 2,
            "reason": "invalid",
            "field": "attributes.plan",
            "message": "property value cannot be longer than 1000 bytes",
        },
        {
            "batch_index": 3,
            "reason": "invalid",
            "field": "type",
            "message": 'type: expected delivery, object, person, got text of 9 characters, "xxxxxxxxx"',
        },
    ]
    assert [event.name for event in ask.person("id", "42").events] == ["one"]


@pytest.mark.parametrize("payload", [{"batch": {}}, [], {"batch": None}])
def test_a_batch_that_is_none(ask: SandboxClient, payload: object) -> None:
    """A payload without a list of entities draws 400, and nothing is carried out."""
    reply = ask("POST", "/api/v2/batch", payload)
    assert (reply.answer.status, reply.case, len(ask.service.workspace.people)) == (400, "400-malformed", 0)


def test_an_entity_that_is_refused(ask: SandboxClient) -> None:
    """The error has the envelope of v2 with reason, field and message."""
    reply = ask("POST", "/api/v2/entity", {"type": "person", "action": "event", **ADA})
    assert reply.answer.status == 400
    (error,) = json.loads(reply.answer.body)["errors"]
    assert (error["reason"], error["field"]) == ("required", "name")
