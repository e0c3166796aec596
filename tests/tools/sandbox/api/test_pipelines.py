"""Pipelines: each call, in strict and in permissive mode."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.answering.dispatcher import DROPPED

STRICT = {"headers": {"x-strict-mode": "1"}}
ADA: dict[str, Any] = {"userId": "42"}
VISITOR = {"anonymousId": "visitor-1"}
UNKNOWN = "belongs to nobody yet: only anonymousId says who it is"


def semantic(ask: SandboxClient, name: str, **members: Any) -> tuple[str, ...]:
    """The notes on a semantic event."""
    return ask.notes("POST", "/v1/track", {**ADA, "event": name, **members})


def test_identify(ask: SandboxClient) -> None:
    """A person is identified by userId, else by the e-mail address in the traits; an anonymousId alone is not enough."""
    ask.notes("POST", "/v1/track", {**VISITOR, "event": "seen"})
    ask.notes("POST", "/v1/identify", {**ADA, **VISITOR, "traits": {"plan": "pro", "anonymous_id": "visitor-1"}})
    ask.notes("POST", "/v1/identify", {**VISITOR, "traits": {"email": "bob@example.com"}})
    assert ask.person("id", "42").attributes["plan"] == "pro"
    assert [event.name for event in ask.person("id", "42").events] == ["seen"]
    assert ask.person("email", "bob@example.com")
    assert ask.notes("POST", "/v1/identify", VISITOR) == (UNKNOWN,)


def test_events_pages_and_screens(ask: SandboxClient) -> None:
    """An event has the time of its payload, if it can be read; a messageId counts once."""
    track = {**ADA, "event": "bought", "messageId": "m1", "timestamp": "2025-11-24T16:00:00Z", "properties": {"a": 1}}
    assert ask.notes("POST", "/v1/track", track) == ("made a new person: nobody had this identifier",)
    assert ask.notes("POST", "/v1/track", track) == ("ignored: an event with this id came before",)
    ask.notes("POST", "/v1/page", {**ADA, "name": "Pricing"})
    ask.notes("POST", "/v1/screen", ADA)
    assert ask.notes("POST", "/v1/page", VISITOR) == (UNKNOWN,)
    events = [(event.name, event.type, event.timestamp) for event in ask.person("id", "42").events]
    assert events == [("bought", "event", NOW), ("Pricing", "page", NOW), ("", "screen", NOW)]


def test_groups(ask: SandboxClient) -> None:
    """A group creates an object and relates the person to it."""
    traits = {"name": "Acme", "relationshipAttributes": {"role": "admin"}}
    ask.notes("POST", "/v1/group", {**ADA, "groupId": "acme", "objectTypeId": "2", "traits": traits})
    (acme,) = ask.service.workspace.objects.all
    assert (acme.key, acme.attributes) == (("2", "acme"), {"name": "Acme"})
    assert list(ask.person("id", "42").relationships.values()) == [{"role": "admin"}]
    assert ask.notes("POST", "/v1/group", {"groupId": "acme"}) == ()
    for number, name in enumerate(("object_type_id", "objectTypeId"), 3):
        ask.notes("POST", "/v1/group", {**ADA, "groupId": "acme", "traits": {name: str(number), "plan": "pro"}})
        assert ask.service.workspace.objects.all[-1].key == (str(number), "acme")
        assert ask.service.workspace.objects.all[-1].attributes == {"plan": "pro"}
    assert ask.notes("POST", "/v1/group", {"userId": "cio_a3ff", "groupId": "acme"}) == (
        "dropped: nobody has this cio_id",
    )


def test_alias(ask: SandboxClient) -> None:
    """An alias merges the person with the previous id into the other."""
    ask.identify("42")
    ask.identify("old", age=36)
    assert ask.notes("POST", "/v1/alias", {**ADA, "previousId": "old"}) == ()
    assert ask.person("id", "42").attributes == {"age": 36}


def test_semantic_events(ask: SandboxClient) -> None:
    """A semantic event changes a person, a device, an object or a relationship."""
    device = {"context": {"device": {"token": "device-1", "type": "ios"}}}
    ask.identify("42")
    assert semantic(ask, "Device Created or Updated", **device, properties={"push_enabled": "true"}) == ()
    (known,) = ask.person("id", "42").devices.values()
    assert (known["id"], known["platform"]) == ("device-1", "ios")
    assert known["attributes"] == {"push_enabled": "true", "_last_status": ""}
    assert semantic(ask, "Device Deleted", **device) == ()
    ask.notes("POST", "/v1/group", {**ADA, "groupId": "acme"})
    acme = {"properties": {"objectId": "acme", "objectTypeId": "1"}}
    assert semantic(ask, "Relationship Deleted", **acme) == ()
    assert ask.person("id", "42").relationships == {}
    assert semantic(ask, "Object Deleted", **acme) == ()
    assert semantic(ask, "Object Deleted", **acme) == ("nothing to do: there is no such object",)
    assert semantic(ask, "Relationship Deleted", **acme) == ("nothing to do: there is no such relationship",)
    assert semantic(ask, "User Suppressed") == ()
    assert semantic(ask, "User Unsuppressed") == ()
    assert semantic(ask, "User Deleted") == ("nothing to do: there is no such person",)


def test_permissive_mode_says_nothing(ask: SandboxClient) -> None:
    """An invalid payload or key draws 200 in permissive mode, and an error in strict mode."""
    payload = {**ADA, "event": ""}
    for more in ({}, {"headers": {"authorization": "Basic d3Jvbmc6"}}):
        assert ask("POST", "/v1/track", payload, **more).notes == (DROPPED,)
    assert len(ask.service.workspace.people) == 0
    refused = ask("POST", "/v1/track", payload, **STRICT)
    assert (refused.answer.status, refused.case) == (400, "400-malformed")
    locked = ask("POST", "/v1/track", payload, headers={"x-strict-mode": "1", "authorization": "Basic d3Jvbmc6"})
    assert (locked.answer.status, locked.case) == (401, "401-unauthorized")


def test_a_batch(ask: SandboxClient) -> None:
    """Permissive mode drops the invalid calls of a batch; strict mode refuses the whole batch."""
    calls = [{"type": "identify", **ADA}, {"type": "track", **ADA}, {"type": "launch"}]
    reply = ask("POST", "/v1/batch", {"batch": calls})
    assert (reply.answer.status, reply.notes) == (200, (f"[1] {DROPPED}", f"[2] {DROPPED}"))
    refused = ask("POST", "/v1/batch", {"batch": calls}, **STRICT)
    assert refused.answer.status == 400
    assert len(json.loads(refused.answer.body)["meta"]["errors"]) == 2
    assert ask("POST", "/v1/batch", {"batch": calls[:1]}, **STRICT).answer.status == 200


@pytest.mark.parametrize("strict", [False, True])
def test_a_body_that_is_no_json(ask: SandboxClient, strict: bool) -> None:
    """A body that is not JSON draws 200 in permissive mode, and 400 in strict mode."""
    reply = ask("POST", "/v1/track", b"{", **(STRICT if strict else {}))
    assert reply.answer.status == (400 if strict else 200)


def test_a_group_of_a_visitor(ask: SandboxClient) -> None:
    """The visitor is related to the object, and the person who the visitor turns out to be after that."""
    assert ask.notes("POST", "/v1/group", {**VISITOR, "groupId": "acme"}) == (UNKNOWN,)
    ask.notes("POST", "/v1/identify", {**ADA, **VISITOR})
    assert list(ask.person("id", "42").relationships) == ["ob1"]
    assert ask.notes("POST", "/v1/track", {**VISITOR, "event": "seen"}) == ()
    assert [event.name for event in ask.person("id", "42").events] == ["seen"]
