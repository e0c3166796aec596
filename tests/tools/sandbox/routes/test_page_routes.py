"""The addresses of the pages, over a real connection."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
import requests

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer

PAGES = ["/", *(f"/_sandbox/inbox/{name}" for name in ("people", "messages", "objects", "segments", "webhooks"))]


def get(sandbox: SandboxServer, path: str, **headers: str) -> requests.Response:
    """The answer to a request for a page."""
    return requests.get(sandbox.url + path, headers=headers, timeout=10)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_html_that_loads_nothing(sandbox: SandboxServer, path: str) -> None:
    """A page may not be cached or framed, sends no referrer to other hosts, and names no other host."""
    answer = get(sandbox, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "same-origin")
    assert "http://" not in answer.text.replace(sandbox.url, "").replace('placeholder="http://', "")
    assert "https://" not in answer.text


def test_each_record_has_a_page(sandbox: SandboxServer) -> None:
    """A request, a person, a message, an object and a segment each have a page."""
    number, workspace = sandbox.service.log.number, sandbox.service.workspace
    cio_id, message = next(iter(workspace.people)).cio_id, next(iter(workspace.deliveries))
    assert "app.send_email" in get(sandbox, f"/_sandbox/inbox/requests/{number}").text
    assert "purchase" in get(sandbox, f"/_sandbox/inbox/people/{cio_id}").text
    assert "acme" in get(sandbox, "/_sandbox/inbox/objects/ob1").text
    assert "Segment 7" in get(sandbox, "/_sandbox/inbox/segments/7").text
    mail = get(sandbox, f"/_sandbox/inbox/messages/{message}")
    assert "ada@example.com" in mail.text
    assert "style-src 'unsafe-inline'" in mail.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["requests/999999", "people/nobody", "messages/none", "objects/none", "segments/999"])
def test_what_was_forgotten_is_not_there(sandbox: SandboxServer, path: str) -> None:
    """An address that shows nothing draws 404 with a page that says so."""
    answer = get(sandbox, f"/_sandbox/inbox/{path}")
    assert (answer.status_code, "There is no such thing" in answer.text) == (404, True)


def test_a_filter_stands_in_the_address(sandbox: SandboxServer) -> None:
    """The filter is in the address, so that a page can be bookmarked and needs no script."""
    text = get(sandbox, "/?operation=track.event&person=ada@example.com&q=purchase").text
    assert 'id="request-' in text
    assert 'id="request-' not in get(sandbox, "/?broken=1").text


def test_requests_are_exported(sandbox: SandboxServer) -> None:
    """The requests of a filter, or one of them, are a file that no browser shows."""
    answer = get(sandbox, "/_sandbox/inbox/requests.har?operation=track.event")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customerio-sandbox.har"'
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    (entry,) = answer.json()["log"]["entries"]
    assert (entry["_operation"], entry["request"]["method"]) == ("track.event", "POST")
    assert entry["request"]["url"] == f"{sandbox.url}/api/v1/customers/42/events"
    number = sandbox.service.log.number
    one = get(sandbox, f"/_sandbox/inbox/requests/{number}.har").json()
    assert [each["_operation"] for each in one["log"]["entries"]] == ["app.send_email"]
    assert get(sandbox, "/_sandbox/inbox/requests/999999.har").json()["log"]["entries"] == []
    assert get(sandbox, "/_sandbox/inbox/requests.har", Origin="http://elsewhere.example").status_code == 403


@pytest.mark.parametrize("path", [*PAGES, "/_sandbox/inbox/live"])
def test_a_foreign_host_name_is_refused(sandbox: SandboxServer, path: str) -> None:
    """A request with a foreign host name that resolves to this machine is refused."""
    assert get(sandbox, path, Host="rebound.example").status_code == 403


def test_the_stream_announces_changes(sandbox: SandboxServer) -> None:
    """The stream sends a version at once, and a new one after a change."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=10)
    connection.request("GET", "/_sandbox/inbox/live")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    first = answer.readline()
    sandbox.service.fault("429-retry-after")
    assert answer.readline() == b"\n"
    second = answer.readline()
    assert first.startswith(b"data: ")
    assert second.startswith(b"data: ")
    assert first != second
    connection.close()
