"""The sandbox's own JSON API."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.routes.admin import admin


class Client:
    """Calls an ASGI application without a network."""

    def __init__(self, app: Any, base: str = "http://127.0.0.1:8025") -> None:
        self._app = app
        self._base = base

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to a request."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._base) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self("POST", path, **more)


@pytest.fixture
def client(ask: SandboxClient) -> Client:
    """A client of the JSON API of the sandbox that `ask` calls."""
    return Client(admin(ask.service, {"CUSTOMERIO_SITE_ID": "site"}))


@pytest.fixture
def known(ask: SandboxClient) -> SandboxClient:
    """A sandbox with a person who has a message, an event, an object and a segment, and one refused request."""
    acme = {"identifiers": {"object_type_id": "1", "object_id": "acme"}}
    ask.identify("42", email="ada@example.com", plan="pro")
    ask.entity("identify", identifiers={"id": "42"}, cio_relationships=[acme])
    ask.notes(
        "POST",
        "/api/v1/customers/42/events",
        {"name": "bought", "data": {"total": 1}, "id": "01HF7YAT00000000000000000A"},
    )
    ask.notes("POST", "/v1/send/email", {"transactional_message_id": 1, "to": "a@b.co", "identifiers": {"id": "42"}})
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    ask("PUT", "/api/v1/customers/43", {"email": "bob"})
    return ask


def test_the_overview(known: SandboxClient, client: Client) -> None:
    """The overview contains the settings, the counts, the cases and the operations."""
    body = client.get("/_sandbox/").json()
    assert body["counts"] == {"received": 6, "people": 1, "deliveries": 1, "violations": 1}
    assert body["number"] == known.service.log.number
    assert (body["region"], body["environ"]) == ("us", {"CUSTOMERIO_SITE_ID": "site"})
    assert "429-retry-after" in body["cases"]
    assert "track.event" in body["operations"]


def test_what_was_received(known: SandboxClient, client: Client) -> None:
    """Requests are filtered by number, operation, surface and words; `limit` returns the last ones."""
    body = client.get("/_sandbox/received").json()
    last = body["received"][-1]
    assert (body["number"], last["number"], last["operation"]) == (
        known.service.log.number,
        body["number"],
        "track.identify",
    )
    assert (last["status"], last["case"], last["source"], last["at"]) == (400, "400-invalid-email", "synthetic", NOW)
    assert [each["rule"] for each in last["violations"]] == ["bad-email"]
    assert "sent_from" not in last["violations"][0]

    def operations(**params: Any) -> list[str]:
        return [each["operation"] for each in client.get("/_sandbox/received", params=params).json()["received"]]

    assert operations(since=body["number"] - 1) == ["track.identify"]
    assert operations(operation="app") == ["app.send_email"]
    assert operations(operation="track.event") == operations(q="BOUGHT") == ["track.event"]
    assert operations(limit=2) == ["track.add_to_segment", "track.identify"]
    assert operations(since="x", q="nothing has this") == []


def test_people(known: SandboxClient, client: Client) -> None:
    """People are listed newest first, searched and shown in pages; one person is returned with all details."""
    known.identify("44")
    ada = known.person("id", "42")
    body = client.get("/_sandbox/people", params={"limit": 1}).json()
    assert ([each["identifiers"] for each in body["people"]], body["next"], body["total"]) == ([{"id": "44"}], 1, 2)
    body = client.get("/_sandbox/people", params={"limit": 1, "start": 1}).json()
    assert body["people"][0]["cio_id"] == ada.cio_id
    assert (body["people"][0]["events"], body["people"][0]["devices"], body["next"]) == (1, 0, None)
    assert client.get("/_sandbox/people", params={"q": "PRO"}).json()["people"] == body["people"]
    assert client.get("/_sandbox/people", params={"q": "nobody"}).json()["people"] == []
    one = client.get(f"/_sandbox/people/{ada.cio_id}").json()
    assert (one["identifiers"], one["attributes"]) == ({"id": "42", "email": "ada@example.com"}, {"plan": "pro"})
    assert one["events"][0] == {
        "name": "bought",
        "type": "event",
        "timestamp": NOW,
        "data": {"total": 1},
        "id": "01HF7YAT00000000000000000A",
    }
    assert [each["object_id"] for each in one["relationships"]] == ["acme"]
    assert (one["segments"], one["deliveries"]) == ([7], list(known.service.workspace.deliveries))
    assert client.get("/_sandbox/people/nobody").status_code == 404


def test_messages(known: SandboxClient, client: Client) -> None:
    """Messages are listed newest first, in pages; one message has the same fields."""
    known.notes("POST", "/v1/send/email", {"transactional_message_id": 2, "to": "a@b.co", "identifiers": {"id": "42"}})
    first, last = (client.get("/_sandbox/deliveries", params={"limit": 1, "start": each}).json() for each in (0, 1))
    assert [(each["deliveries"][0]["template"], each["next"], each["total"]) for each in (first, last)] == [
        ("2", 1, 2),
        ("1", None, 2),
    ]
    body = client.get("/_sandbox/deliveries").json()["deliveries"]
    assert body == first["deliveries"] + last["deliveries"]
    assert client.get(f"/_sandbox/deliveries/{body[0]['id']}").json() == body[0]
    assert (body[0]["to"], body[0]["state"], body[0]["metrics"]) == ("a@b.co", "queued", [])
    assert client.get("/_sandbox/deliveries/none").status_code == 404


def test_the_workspace(known: SandboxClient, client: Client) -> None:
    """The workspace contains segments, objects, visitors and suppressed identifiers."""
    known.notes("POST", "/api/v1/events", {"name": "seen", "anonymous_id": "visitor-1"})
    known.notes("POST", "/api/v1/customers/99/suppress")
    body = client.get("/_sandbox/workspace").json()
    ada = known.person("id", "42").cio_id
    assert body["segments"] == [{"id": 7, "name": "Segment 7", "description": "", "members": [ada], "members_total": 1}]
    assert [(each["object_id"], each["people"]) for each in body["objects"]] == [("acme", [ada])]
    assert [(each["anonymous_id"], len(each["events"])) for each in body["visitors"]] == [("visitor-1", 1)]
    assert body["suppressed"] == [{"kind": "id", "value": "99"}]
    assert client.get("/_sandbox/workspace?q=acme&limit=1").json()["segments"] == []


def test_the_file_of_an_export(known: SandboxClient, client: Client) -> None:
    """The file of an export is CSV; an unknown one draws 404."""
    known.body("POST", "/v1/exports/customers", {"filters": {}})
    response = client.get("/_sandbox/exports/1")
    assert (response.headers["Content-Type"], response.text[:9]) == ("text/csv; charset=utf-8", "id,email,")
    assert client.get("/_sandbox/exports/2").status_code == 404


def test_faults(ask: SandboxClient, client: Client) -> None:
    """Faults are added, listed and ended, one or all."""
    fault = {"case": "500-server-error", "times": 2, "operation": "track.event"}
    created = client.post("/_sandbox/faults", json=fault)
    assert (created.status_code, created.json()) == (201, {"id": 1, **fault, "given": 0})
    assert client.post("/_sandbox/faults", json={"case": "502-html"}).json()["times"] == 1
    assert client.post("/_sandbox/faults", json={"case": "502-html", "times": None}).json()["times"] is None
    assert len(client.get("/_sandbox/faults").json()["faults"]) == 3
    assert client("DELETE", "/_sandbox/faults/1").status_code == 204
    assert [each["id"] for each in client.get("/_sandbox/faults").json()["faults"]] == [2, 3]
    client("DELETE", "/_sandbox/faults")
    assert ask.service.faults.all == ()


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"{", "a fault is JSON, such as"),
        (b"[" * 60_000, "a fault is JSON, such as"),
        (b"x" * 70_000, "less than 64 KB"),
        (b"[]", '"case" names the error'),
        (b'{"case": 429}', '"case" names the error'),
        (b'{"case": "500-server-error", "times": true}', '"times" is a number'),
        (b'{"case": "500-server-error", "times": "2"}', '"times" is a number'),
        (b'{"case": "500-server-error", "operation": 1}', '"operation" is a name'),
        (b'{"case": "500-server-eror"}', "did you mean 500-server-error?"),
        (
            b'{"case": "500-server-error", "operatoin": "track"}',
            "there is no member 'operatoin' here (did you mean operation?); accepted: case, times, operation",
        ),
    ],
)
def test_faults_that_are_not_possible(client: Client, sent: bytes, message: str) -> None:
    """A fault that cannot be read or is not possible draws 400 with the reason."""
    response = client.post("/_sandbox/faults", content=sent)
    assert response.status_code == 400
    assert message in response.json()["error"]


def test_reset(known: SandboxClient, client: Client) -> None:
    """A reset deletes everything."""
    assert client.post("/_sandbox/reset").status_code == 204
    assert len(known.service.workspace.people) == 0


def test_pages_of_other_origins(ask: SandboxClient, client: Client) -> None:
    """Requests of another origin or host name are refused, unless the sandbox is open to other machines."""
    assert client.post("/_sandbox/reset", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/_sandbox/reset", headers={"Origin": "http://127.0.0.1:8025"}).status_code == 204
    assert client.get("/_sandbox/", headers={"Host": "evil.example"}).status_code == 403
    exposed = Client(admin(ask.service, {}, loopback=False), "http://sandbox:8025")
    assert exposed.get("/_sandbox/").status_code == 200


def test_other_methods_and_paths(client: Client) -> None:
    """Another method draws 405, another path 404."""
    assert client.get("/_sandbox/reset").status_code == 405
    assert client.get("/_sandbox/nothing").status_code == 404


POISON = (
    '{"a": 1e999}',
    '{"a": "\\ud83d"}',
    '{"\\udc00": 1}',
    '{"email": "\\ud83d@example.com"}',
    '{"a": ' + "9" * 5000 + "}",
    "[" * 200 + "]" * 200,
    '{"a": NaN}',
    "\\ud83d",
    '"\\ud83d"',
)
CALLS = (
    ("PUT", "/api/v1/customers/42"),
    ("PUT", "/api/v1/customers/%ED%A0%BD"),
    ("POST", "/api/v1/customers/42/events"),
    ("POST", "/api/v2/entity"),
    ("POST", "/api/v2/batch"),
    ("POST", "/v1/track"),
    ("POST", "/v1/identify"),
    ("POST", "/v1/send/email"),
    ("POST", "/v1/campaigns/1/triggers"),
    ("POST", "/api/v1/forms/f/submit"),
    ("POST", "/nowhere"),
)


@pytest.mark.parametrize("keys", [{}, {"authorization": "none"}], ids=["with key", "without"])
def test_everything_that_was_accepted_can_be_shown(ask: SandboxClient, client: Client, keys: dict[str, str]) -> None:
    """After every poisoned payload to every call, each of the sandbox's own answers is valid JSON."""
    for method, target in CALLS:
        for text in POISON:
            ask(method, target, text.encode(), keys)
            entity = f'{{"type":"person","action":"identify","identifiers":{{"id":"1"}},"attributes":{text}}}'
            ask(method, target, entity.encode(), keys)
            named = f'{{"name":"x","event":"x","userId":"1","data":{text},"properties":{text}}}'
            ask(method, target, named.encode(), keys)
    for path in ("", "received", "people", "deliveries", "workspace", "faults"):
        answer = client.get(f"/_sandbox/{path}")
        assert answer.status_code == 200
        assert answer.json()
    for page in ("/", "/_sandbox/inbox/people", "/_sandbox/inbox/messages"):
        assert client.get(page).status_code == 200
    for person in client.get("/_sandbox/people").json()["people"]:
        assert client.get(f"/_sandbox/people/{person['cio_id']}").status_code == 200
    assert ask("POST", "/v1/exports/customers", {"filters": {}}).answer.status == 200
    assert client.get("/_sandbox/exports/1").status_code == 200


@pytest.mark.parametrize("path", ["/_sandbox/", "/_sandbox/received", "/_sandbox/people/nobody", "/_sandbox/exports/1"])
def test_security_headers(known: SandboxClient, client: Client, path: str) -> None:
    """JSON and CSV are not stored, not sniffed, not shown in frames, and not read by pages of other sites."""
    known("POST", "/v1/exports/customers", {"filters": {}})
    headers = client.get(path).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("headers", [{"host": "["}, {"origin": "http://["}, {"host": "[x", "origin": "null"}])
def test_malformed_hosts_and_origins(client: Client, headers: dict[str, str]) -> None:
    """A Host or Origin header that cannot be read is one of another origin."""
    assert client.get("/_sandbox/", headers=headers).status_code == 403


def test_addresses_that_are_not_there(client: Client) -> None:
    """An unknown address, and a method that an address has not, are answered as all others: in JSON, with headers."""
    unknown, method = client.get("/_sandbox/peple"), client.get("/_sandbox/deliver")
    assert (unknown.status_code, method.status_code, method.headers["allow"]) == (404, 405, "POST")
    assert unknown.json()["error"] == "there is no GET /_sandbox/peple here; GET /_sandbox/ lists the addresses"
    addresses = client.get("/_sandbox/").json()["addresses"]
    assert {"GET /_sandbox/people", "POST /_sandbox/deliver", "GET /_sandbox/exports/{id}"} <= set(addresses)
    assert unknown.headers["cache-control"] == "no-store"
