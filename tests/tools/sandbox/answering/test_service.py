"""A sandbox without its network."""

from __future__ import annotations

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.requests.request import LONGEST_SHOWN
from pytest_customerio.tools.sandbox.workspace.memory import Memory


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


def test_without_the_key_a_large_payload_is_not_kept(ask: SandboxClient) -> None:
    """Of a large payload without the right key its beginning is logged; a small one, or one with the key, is whole."""
    large = {"note": "x" * 20_000}
    for payload, headers in (({"note": "y"}, {"authorization": "no"}), (large, {"authorization": "no"}), (large, {})):
        ask("PUT", "/api/v1/customers/42", payload, headers)
    ask("PUT", "/nowhere", large)
    small, beginning, whole, unknown = (each.payload for each in ask.service.log)
    assert (small, whole) == ({"note": "y"}, large)
    assert beginning == unknown == ('{"note":"' + "x" * 20_000)[:LONGEST_SHOWN]


def test_a_full_memory_is_said(ask: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the request for which older entries were removed says so."""
    monkeypatch.setattr(ask.service, "_memory", Memory(ask.service.workspace, limit=1000))
    notes = ask.identify("42", plan="pro")
    assert "the sandbox keeps about 0.000953674 MB: the oldest people are gone" in notes
    assert len(ask.service.workspace.people) == 0
