"""A sandbox without its network."""

from __future__ import annotations

from sandbox_client import NOW, SandboxClient


def test_what_was_received(ask: SandboxClient) -> None:
    """Each request is logged with operation, payload, answer and violations."""
    ask("POST", "/api/v1/customers/42/events", {"name": ""}, headers={"user-agent": "tests"})
    ask("PUT", "/api/v1/customers/42", b"\xff\xfe")
    ask("GET", "/nowhere")
    first, second, third = ask.service.log
    assert (third.number - first.number, first.at, first.operation, first.method) == (2, NOW, "track.event", "POST")
    assert (first.path, first.payload) == ("/api/v1/customers/42/events", {"name": ""})
    assert (first.status, first.fault, first.case, first.client) == (400, None, "400-malformed", "tests")
    assert [each.rule for each in first.violations] == ["event-name-missing"]
    assert (second.operation, second.payload) == ("track.identify", "\ufffd\ufffd")
    assert (third.operation, third.status) == (None, 404)


def test_a_reset(ask: SandboxClient) -> None:
    """A reset deletes everything but the keys; the numbers of requests go on."""
    keys = ask.service.keys
    ask.identify("42")
    number = ask.service.log.number
    ask.service.fault("500-server-error")
    ask.service.reset()
    assert (len(ask.service.log), len(ask.service.workspace.people), ask.service.faults.all) == (0, 0, ())
    ask.identify("42")
    assert ask.service.keys is keys
    assert [each.number for each in ask.service.log] == [number + 1]


def test_no_handshake_fails_without_a_fault(ask: SandboxClient) -> None:
    """Without a fault no handshake fails."""
    assert ask.service.handshake_fails() is False
