"""Requests as an HTTP archive."""

from __future__ import annotations

from sandbox_pages import received

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.tools.sandbox.pages.requests.har import archive
from pytest_customerio.tools.sandbox.requests.exchange import exchange

BROKEN = Violation("event-name-missing", "error", "$.name", "a name", "nothing")


def test_an_archive() -> None:
    """An entry has what HAR 1.2 requires, what the contract says besides, and no credential."""
    answer = Answer(301, "Moved", (("Location", "/eu"), ("Content-Type", "application/json")), b"{}")
    wire = exchange(
        "http://localhost:8025", {"authorization": "Basic c2VjcmV0", "content-type": "application/json"}, answer, 2.5
    )
    request = received(exchange=wire, path="/v1/x?a=1&b=", status=301, violations=(BROKEN,), notes=("a", "b"))
    log = archive([request], "0.1")["log"]
    assert (log["version"], log["creator"]) == ("1.2", {"name": "pytest-customerio sandbox", "version": "0.1"})
    (entry,) = log["entries"]
    assert entry["request"] == {
        "method": "POST",
        "url": "http://localhost:8025/v1/x?a=1&b=",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [
            {"name": "authorization", "value": "Basic (not stored)"},
            {"name": "content-type", "value": "application/json"},
        ],
        "queryString": [{"name": "a", "value": "1"}, {"name": "b", "value": ""}],
        "headersSize": -1,
        "bodySize": 19,
        "postData": {"mimeType": "application/json", "text": '{"name":"purchase"}'},
    }
    assert entry["response"]["content"] == {"size": 2, "mimeType": "application/json", "text": "{}"}
    assert (entry["response"]["redirectURL"], entry["response"]["statusText"]) == ("/eu", "")
    assert (entry["time"], entry["timings"]) == (2.5, {"send": 0, "wait": 2.5, "receive": 0})
    assert entry["_violations"] == [{"rule": "event-name-missing", "where": "$.name"}]
    assert entry["comment"] == "a; b"


def test_a_request_without_an_answer() -> None:
    """A fault of the network is named where the status would be; what is not known is empty."""
    (entry,) = archive([received(payload=None, status=0, fault="connection-reset")], "0.1")["log"]["entries"]
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (0, "connection-reset")
    assert "postData" not in entry["request"]
    assert entry["request"]["url"].startswith("http://sandbox.invalid/")
