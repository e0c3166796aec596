"""TODO."""

from __future__ import annotations

from sandbox_client import SandboxClient


def test_a_fault_in_part(ask: SandboxClient) -> None:
    """The items that it does not name are done."""
    ask.service.fault("207-partial-failure")
    batch = [{"type": "person", "action": "event", "identifiers": {"id": "42"}, "name": name} for name in "abc"]
    reply = ask("POST", "/api/v2/batch", {"batch": batch})
    assert reply.answer.status == 207
    assert [event.name for event in ask.person("id", "42").events] == ["b", "c"]
