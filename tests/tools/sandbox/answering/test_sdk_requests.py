"""Requests of SDKs for browsers and phones: short paths, the write key in the body, settings."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.answering.sdk_requests import as_published, is_for_pages
from pytest_customerio.tools.sandbox.requests.request import HttpRequest

PLAIN = {"content-type": "text/plain"}


def browser(ask: SandboxClient, path: str, payload: dict[str, object]) -> tuple[str, ...]:
    """The notes on a request as the browser SDK sends it."""
    body = {**payload, "writeKey": ask.service.keys.pipelines}
    return ask.notes("POST", path, body, {"authorization": "", "content-type": "text/plain"})


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("/v1/i", "/v1/identify"),
        ("/v1/t?a=1", "/v1/track?a=1"),
        ("/v1/p", "/v1/page"),
        ("/v1/s", "/v1/screen"),
        ("/v1/g", "/v1/group"),
        ("/eu/v1/a", "/eu/v1/alias"),
        ("/v1/b", "/v1/batch"),
        ("/push/events", "/api/v1/push/events"),
        ("/v1/track", "/v1/track"),
        ("/v1/transactional", "/v1/transactional"),
    ],
)
def test_short_paths(path: str, published: str) -> None:
    """A short path stands for a published one, and only the whole path does."""
    assert as_published(HttpRequest("POST", path, PLAIN, b"{}")).target == published


def test_the_write_key_is_in_the_body() -> None:
    """The write key of the body becomes the credentials, unless the request has its own."""
    sent = as_published(HttpRequest("POST", "/v1/t", PLAIN, b'{"writeKey": "abc"}'))
    assert sent.headers == {
        "content-type": "application/json",
        "authorization": "Basic " + base64.b64encode(b"abc:").decode(),
    }
    phone = {"authorization": "Basic own"}
    assert (
        as_published(HttpRequest("POST", "/v1/b", phone, b'{"writeKey": "abc"}')).headers["authorization"]
        == "Basic own"
    )
    assert "authorization" not in as_published(HttpRequest("POST", "/v1/t", PLAIN, b"[1]")).headers


def test_events_of_a_visitor_become_those_of_a_person(ask: SandboxClient) -> None:
    """What a visitor did before the identification belongs to the person; the log shows the path as it was sent."""
    browser(ask, "/v1/p", {"anonymousId": "visitor-1", "properties": {"path": "/pricing"}})
    browser(ask, "/v1/i", {"anonymousId": "visitor-1", "userId": "42", "traits": {"plan": "pro"}})
    browser(ask, "/v1/t", {"anonymousId": "visitor-1", "userId": "42", "event": "bought"})
    assert [(each.type, each.name) for each in ask.person("id", "42").events] == [("page", ""), ("event", "bought")]
    logged = [(each.operation, each.path, each.status) for each in ask.service.log]
    assert logged[-1] == ("pipelines.track", "/v1/t", 200)
    assert not [each for request in ask.service.log for each in request.violations if each.severity != "info"]


def test_a_batch_with_its_write_key(ask: SandboxClient) -> None:
    """A batch, which the SDK sends when the page is left, is taken apart."""
    calls = [{"type": "identify", "userId": "42", "traits": {}}, {"type": "track", "userId": "42", "event": "left"}]
    browser(ask, "/v1/b", {"batch": calls})
    assert [each.name for each in ask.person("id", "42").events] == ["left"]


def test_an_unknown_write_key_is_answered_as_ever(ask: SandboxClient) -> None:
    """Pipelines answers 200 and drops what has the wrong key; nothing is stored."""
    answer = ask("POST", "/v1/i", {"userId": "42", "writeKey": "other"}, {"authorization": ""})
    assert answer.answer.status == 200
    assert len(ask.service.workspace.people) == 0


def test_settings_lead_to_this_sandbox(ask: SandboxClient) -> None:
    """The settings name the address at which they were asked for, and no plugin whose host is fixed."""
    key = ask.service.keys.pipelines
    body = ask.body("GET", f"/v1/projects/{key}/settings", base="http://localhost:8025")
    assert body["integrations"] == {
        "Customer.io Data Pipelines": {
            "apiKey": key,
            "apiHost": "localhost:8025/v1",
            "protocol": "http",
            "unbundledIntegrations": [],
            "addBundledMetadata": True,
        }
    }
    (logged,) = ask.service.log
    assert (logged.operation, logged.source, logged.violations) == ("pipelines.settings", "synthetic", ())


def test_settings_with_in_app_messages(ask: SandboxClient) -> None:
    """Only at the port that the SDK's own developers use does the SDK start its plugin for in-app messages."""
    key = ask.service.keys.pipelines
    body = ask.body("GET", f"/v1/projects/{key}/settings", base="http://localhost:3010")
    assert body["integrations"]["Customer.io In-App Plugin"] == {"siteId": ask.service.keys.site_id, "_env": "local"}


def test_settings_of_an_unknown_key(ask: SandboxClient) -> None:
    """An unknown write key gets no settings, so that the SDK says so in the console."""
    answer = ask("GET", "/v1/projects/other/settings")
    assert (answer.answer.status, answer.case) == (401, "401-unauthorized")


def test_metrics_of_the_sdk_itself(ask: SandboxClient) -> None:
    """What the SDK reports about itself is accepted, and is nobody's."""
    assert ask.body("POST", "/v1/m", {"series": []}) == {}
    assert [each.operation for each in ask.service.log] == ["pipelines.sdk_metrics"]


def test_the_script_itself_is_not_here(ask: SandboxClient) -> None:
    """The sandbox has no copy of Customer.io's script, and says what to use instead."""
    answer = ask("GET", "/v1/analytics-js/snippet/key/analytics.min.js")
    assert answer.answer.status == 404
    assert "@customerio/cdp-analytics-browser" in answer.notes[0]


@pytest.mark.parametrize("metric", ["opened", "clicked"])
def test_a_report_on_a_message(ask: SandboxClient, metric: str) -> None:
    """`Report Delivery Event` is no event of the person: it adds a metric to the message."""
    answer = ask("POST", "/v1/send/push", {"transactional_message_id": 3, "identifiers": {"id": "42"}, "to": "all"})
    delivery = json.loads(answer.answer.body)["delivery_id"]
    event = {"event": "Report Delivery Event", "properties": {"deliveryId": delivery, "metric": metric}}
    at = {"userId": "42", "timestamp": "2025-11-24T16:00:00Z"}
    assert browser(ask, "/v1/t", {**at, **event}) == ()
    assert ask.service.workspace.deliveries[delivery].metrics[-1] == (metric, 1764000000)
    assert [each.name for each in ask.person("id", "42").events if each.name.startswith("Report")] == []


def test_paths_for_pages() -> None:
    """A page may call Track and Pipelines, and not the App API, whose key is a secret."""
    open_paths = (
        "/v1/t",
        "/v1/track",
        "/eu/v1/projects/k/settings",
        "/api/v1/customers/42",
        "/api/v2/batch",
        "/push/events",
    )
    assert [each for each in open_paths if not is_for_pages(each)] == []
    assert is_for_pages("/api/v4/users")
    closed = ("/v1/send/email", "/v1/tags", "/v1/customers", "/_sandbox/", "/", "/v1/api/segments")
    assert [each for each in closed if is_for_pages(each)] == []


def test_a_phone(ask: SandboxClient) -> None:
    """What the SDKs for Android and iOS send: a packed batch with an empty userId, and a report on a push message.

    The forms are those of `RequestFactory` in https://github.com/customerio/cdp-analytics-kotlin, of `HTTPClient` in
    https://github.com/customerio/cdp-analytics-swift, and of the two classes for reports on push messages in
    https://github.com/customerio/customerio-android (4.19) and customerio-ios (4.7).
    """
    visitor = {"anonymousId": "visitor-1", "userId": "", "_metadata": {"bundled": []}, "integrations": {}}
    token = {"context": {"device": {"token": "token-1", "type": "android"}}}
    calls = [
        {**visitor, "type": "track", "event": "Application Opened", "properties": {"from_background": False}},
        {**visitor, "type": "screen", "name": "Home", "category": "", "properties": {}},
        {**visitor, "type": "identify", "userId": "42", "traits": {"email": "ada@example.com"}},
        {**visitor, **token, "type": "track", "userId": "42", "event": "Device Created or Updated", "properties": {}},
    ]
    body = gzip.compress(json.dumps({"batch": calls, "writeKey": ask.service.keys.pipelines}).encode())
    packed = {"authorization": "", "content-type": "text/plain", "content-encoding": "gzip"}
    assert ask("POST", "/v1/b", body, packed).answer.status == 200
    ada = ask.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert ([each.name for each in ada.events], list(ada.devices)) == (["Application Opened", "Home"], ["token-1"])
    message = {"transactional_message_id": 3, "identifiers": {"id": "42"}}
    delivery = ask.body("POST", "/v1/send/push", message)["delivery_id"]
    report = {"recipient": "token-1", "metric": "delivered", "deliveryId": delivery}
    ask.body("POST", "/v1/track", {"anonymousId": delivery, "properties": report, "event": "Report Delivery Event"})
    assert [name for name, _ in ask.service.workspace.deliveries[delivery].metrics] == ["delivered"]
    assert not [each for one in ask.service.log for each in one.violations if each.severity != "info"]
