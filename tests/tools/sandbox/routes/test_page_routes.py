"""The addresses of the inbox, over a real connection."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

FAULTS = "/_sandbox/inbox/faults"
WEBHOOKS = "/_sandbox/inbox/webhooks"
PAGES = ["/", *(f"/_sandbox/inbox/{name}" for name in ("people", "messages", "objects", "segments", "webhooks"))]


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """One sandbox for all tests of this module."""
    with SandboxServer(Settings()) as server:
        yield server


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    """The sandbox, emptied, with one person, who has an event and an e-mail, and is in an object and a segment."""
    server.service.reset()
    with requests.Session() as site:
        site.auth = (server.service.keys.site_id, server.service.keys.track)
        customer = f"{server.url}/api/v1/customers/42"
        assert site.put(customer, json={"email": "ada@example.com"}, timeout=10).ok
        assert site.post(f"{customer}/events", json={"name": "purchase"}, timeout=10).ok
        entity = {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "acme"}}
        related = {**entity, "cio_relationships": [{"identifiers": {"id": "42"}}]}
        assert site.post(f"{server.url}/api/v2/entity", json=related, timeout=10).ok
        assert site.post(f"{server.url}/api/v1/segments/7/add_customers", json={"ids": ["42"]}, timeout=10).ok
    mail = {"to": "ada@example.com", "transactional_message_id": 3, "identifiers": {"id": "42"}}
    bearer = {"Authorization": f"Bearer {server.service.keys.app}"}
    assert requests.post(f"{server.url}/v1/send/email", json=mail, headers=bearer, timeout=10).ok
    return server


def get(sandbox: SandboxServer, path: str, **headers: str) -> requests.Response:
    """The answer to a request for a page."""
    return requests.get(sandbox.url + path, headers=headers, timeout=10)


def post(sandbox: SandboxServer, path: str, form: object = None, **headers: str) -> requests.Response:
    """The answer to a form."""
    return requests.post(sandbox.url + path, data=form, headers=headers, timeout=10, allow_redirects=False)


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


def test_something_happens_to_a_message(sandbox: SandboxServer) -> None:
    """The form lets it happen and leads back to the message; what cannot happen draws 400 with the reason."""
    page = f"/_sandbox/inbox/messages/{next(iter(sandbox.service.workspace.deliveries))}"
    answer = post(sandbox, f"{page}/simulate", {"metric": "complained"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}#life")
    assert "spammed" in get(sandbox, page).text
    refused = post(sandbox, f"{page}/simulate", {"metric": "melted", "fault": ""})
    assert (refused.status_code, "melted" in refused.text) == (400, True)
    assert "style-src 'unsafe-inline'" in refused.headers["Content-Security-Policy"]
    assert post(sandbox, "/_sandbox/inbox/messages/none/simulate", {"metric": "opened"}).status_code == 404


def test_a_webhook_is_added(sandbox: SandboxServer) -> None:
    """The form adds a webhook; an invalid address draws 400 with the reason; what waits is posted again."""
    url = "http://127.0.0.1:9/hooks"
    assert post(sandbox, WEBHOOKS, {"url": f" {url} "}).headers["Location"] == WEBHOOKS
    refused = post(sandbox, WEBHOOKS, {"url": "ftp://x"})
    assert (refused.status_code, "ftp://x" in refused.text) == (400, True)
    assert [each.endpoint for each in sandbox.service.workspace.reporting_webhooks.values()] == [url]
    sandbox.service.deliver("opened")
    sandbox.service.webhooks.settle()
    assert post(sandbox, f"{WEBHOOKS}/retry").status_code == 303
    sandbox.service.webhooks.settle()
    (call,) = sandbox.service.webhooks.calls
    assert [each.result.problem for each in call.attempts] == ["refused", "refused"]


def test_a_fault_is_asked_for(sandbox: SandboxServer) -> None:
    """The form adds a fault and leads back to the list of faults."""
    answer = post(sandbox, FAULTS, {"case": "429-retry-after", "times": "3", "operation": "track.event"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#faults")
    assert post(sandbox, FAULTS, {"case": "500-server-error", "times": "forever"}).status_code == 303
    assert [(each.case, each.times, each.operation) for each in sandbox.service.faults.all] == [
        ("429-retry-after", 3, "track.event"),
        ("500-server-error", None, None),
    ]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"case": "429-retry-afte"}, "did you mean 429-retry-after?"),
        ({"case": "429-retry-after", "times": "0"}, "times is a number of 1 or more, or forever"),
        ({"case": "429-retry-after", "operation": "track.nothing"}, "no such operation"),
        ({}, "no such case"),
        (b"\xff%ff=%00&case", "no such case"),
        (b"case=429-retry-after&" + b"x" * 70_000, "no such case"),
    ],
)
def test_a_fault_that_is_not_possible_shows_the_reason(sandbox: SandboxServer, form: object, message: str) -> None:
    """A fault that is not possible draws 400 with the reason, and adds none."""
    answer = post(sandbox, FAULTS, form)
    assert answer.status_code == 400
    assert message in answer.text
    assert sandbox.service.faults.all == ()


def test_a_fault_is_ended(sandbox: SandboxServer) -> None:
    """The form ends only the fault with its id; an unknown id ends none."""
    first, other = sandbox.service.fault("429-retry-after"), sandbox.service.fault("500-server-error")
    for number in (str(first.id), "999", ""):
        assert post(sandbox, f"{FAULTS}/end", {"id": number}).status_code == 303
    assert [each.id for each in sandbox.service.faults.all] == [other.id]


def test_everything_is_cleared(sandbox: SandboxServer) -> None:
    """The form deletes requests, people, messages and faults."""
    sandbox.service.fault("429-retry-after")
    answer = post(sandbox, "/_sandbox/inbox/clear")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    service = sandbox.service
    assert (len(service.log), len(service.workspace.people), service.faults.all) == (0, 0, ())


@pytest.mark.parametrize(
    "path",
    [
        FAULTS,
        f"{FAULTS}/end",
        "/_sandbox/inbox/clear",
        WEBHOOKS,
        f"{WEBHOOKS}/retry",
        "/_sandbox/inbox/messages/x/simulate",
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_origin_does_nothing(sandbox: SandboxServer, path: str, headers: dict[str, str]) -> None:
    """A form is refused if Origin or Sec-Fetch-Site names another origin."""
    sandbox.service.fault("429-retry-after")
    answer = post(sandbox, path, {"case": "500-server-error", "id": "1"}, **headers)
    assert answer.status_code == 403
    assert (len(sandbox.service.log), len(sandbox.service.faults.all)) == (5, 1)


def test_a_form_of_our_own_is_let_in(sandbox: SandboxServer) -> None:
    """A form of the page itself, with the headers of a browser, is accepted."""
    headers = {"Origin": sandbox.url, "Sec-Fetch-Site": "same-origin"}
    assert post(sandbox, "/_sandbox/inbox/clear", **headers).status_code == 303


@pytest.mark.parametrize("path", [*PAGES, "/_sandbox/inbox/live"])
def test_a_foreign_host_name_is_refused(sandbox: SandboxServer, path: str) -> None:
    """A request with a foreign host name that resolves to this machine is refused."""
    assert get(sandbox, path, Host="rebound.example").status_code == 403


def test_forms_are_no_addresses_to_visit(sandbox: SandboxServer) -> None:
    """GET on the address of a form draws 405: a link or an image changes nothing."""
    assert get(sandbox, "/_sandbox/inbox/clear").status_code == 405


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
