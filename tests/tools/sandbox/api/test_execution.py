"""Carrying out the operation of a request."""

from __future__ import annotations

from sandbox_client import SandboxClient


def test_a_fault_in_part(ask: SandboxClient) -> None:
    """Of a batch with a requested 207 the entities that it does not name are carried out."""
    ask.service.fault("207-partial-failure")
    batch = [{"type": "person", "action": "event", "identifiers": {"id": "42"}, "name": name} for name in "abc"]
    reply = ask("POST", "/api/v2/batch", {"batch": batch})
    assert reply.answer.status == 207
    assert [event.name for event in ask.person("id", "42").events] == ["b", "c"]


def test_the_notes_on_a_batch(ask: SandboxClient) -> None:
    """A note begins with the index of its entity."""
    batch = [{"type": "person", "action": "delete", "identifiers": {"id": number}} for number in ("1", "2")]
    assert ask.notes("POST", "/api/v2/batch", {"batch": batch}) == (
        "[0] nothing to do: there is no such person",
        "[1] nothing to do: there is no such person",
    )
