"""Entries of the log."""

from __future__ import annotations

from sandbox_client import SandboxClient

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.answering.answers import SandboxAnswer
from pytest_customerio.tools.sandbox.answering.log_entries import Reading, log_entry
from pytest_customerio.tools.sandbox.requests.request import LONGEST_SHOWN, HttpRequest

LARGE = {"note": "x" * 20_000}


def test_an_entry() -> None:
    """An entry has what was read, what was answered, and what went over the wire."""
    http = HttpRequest(
        "POST", "/v1/track?a=1", {"user-agent": "x/1", "authorization": "Basic abc"}, b"{}", "http://here"
    )
    answer = SandboxAnswer(Answer(400, "Bad Request", (), b"no"), "synthetic", "400-malformed", ("a note",))
    logged, weight = log_entry(7, 5.0, http, Reading("pipelines.track", {"a": 1}, (), 100), answer, 1.5)
    assert (logged.number, logged.at, logged.operation, logged.method, logged.path) == (
        *(7, 5.0, "pipelines.track", "POST"),
        "/v1/track?a=1",
    )
    assert (logged.status, logged.case, logged.source, logged.notes) == (400, "400-malformed", "synthetic", ("a note",))
    assert (logged.client, logged.payload) == ("x/1", {"a": 1})
    assert logged.exchange is not None
    assert (logged.exchange.base, logged.exchange.body, logged.exchange.milliseconds) == ("http://here", b"no", 1.5)
    assert weight == 100 + logged.exchange.weight


def test_a_large_payload_without_a_key(ask: SandboxClient) -> None:
    """Of a large payload that comes without the right key only the beginning is logged."""
    ask("PUT", "/api/v1/customers/42", LARGE, {"authorization": ""})
    ask("PUT", "/api/v1/customers/42", LARGE)
    without, logged = ask.service.log
    assert (len(without.payload), logged.payload) == (LONGEST_SHOWN, LARGE)
