"""The checks before an operation is carried out: credentials, region, limits, size, contract, faults."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.answering.dispatcher import DROPPED
from pytest_customerio.tools.sandbox.settings import Settings

CUSTOMER = "/api/v1/customers/42"


MAIL = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}


def basic(user: str, password: str) -> dict[str, str]:
    """An Authorization header with these credentials."""
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def answered(ask: SandboxClient, *request: Any, **more: Any) -> tuple[int, str]:
    """The status and the case of an answer."""
    reply = ask(*request, **more)
    return reply.answer.status, reply.case


def test_keys(ask: SandboxClient) -> None:
    """An unknown key, a key of another API and a key without scope draw different errors."""
    keys = ask.service.keys
    unknown, wrong_type = (401, "401-unauthorized"), (401, "401-wrong-key-type")
    for header in ({"authorization": ""}, basic("a", "b"), {"authorization": "Basic %"}, {"authorization": "Digest x"}):
        reply = ask("PUT", CUSTOMER, {}, headers=header)
        assert (reply.answer.status, reply.case) == (401, "401-unauthorized-with-challenge")
        assert dict(reply.answer.headers)["WWW-Authenticate"].startswith("Basic ")
        assert json.loads(reply.answer.body) == {"meta": {"error": "Unauthorized request"}}
    assert answered(ask, "PUT", CUSTOMER, {}, headers={"authorization": f"Bearer {keys.app}"}) == wrong_type
    assert answered(ask, "PUT", CUSTOMER, {}, headers=basic(keys.track, keys.site_id)) == wrong_type
    assert answered(ask, "GET", "/v1/exports", headers=basic(keys.site_id, keys.track)) == wrong_type
    assert answered(ask, "GET", "/v1/exports", headers={"authorization": "Bearer other"}) == unknown
    restricted = {"authorization": f"Bearer {keys.restricted}"}
    assert answered(ask, "GET", "/v1/exports", headers=restricted) == (403, "403-forbidden")
    assert answered(ask, "POST", "/v1/send/email", MAIL, headers=restricted) == (403, "403-forbidden")
    strict = {"x-strict-mode": "1", "authorization": f"Bearer {keys.pipelines}"}
    assert answered(ask, "POST", "/v1/identify", {"userId": "42"}, headers=strict) == wrong_type


def test_unknown_calls(ask: SandboxClient) -> None:
    """A call that the service does not have draws 404, one that it may have without having published it 501."""
    page = (404, "404-not-found-html")
    assert answered(ask, "GET", "/api/v1/customer/42") == page
    assert answered(ask, "GET", "/api/v2/entities") == page
    assert answered(ask, "GET", "/v1/custommers") == page
    assert answered(ask, "POST", "/v1/identity", headers={"host": "cdp.customer.io"}) == page
    assert b"<html>" in ask("GET", "/v1/custommers").answer.body
    lacking = ask("GET", "/v1/newsletters/3/drafts", headers={"host": "api.customer.io"})
    assert (lacking.answer.status, lacking.source) == (501, "synthetic")
    assert lacking.notes == ("a call that is not published",)


def test_warnings_are_let_through_unless_strict() -> None:
    """A warning of the contract is accepted, and refused with the setting `strict`."""
    mismatch = ("PUT", CUSTOMER, {"id": "43"})
    reply = SandboxClient()(*mismatch)
    assert (reply.answer.status, reply.notes) == (
        200,
        ("id not changed: address the person by cio_<cio_id> to change it",),
    )
    refused = SandboxClient(Settings(strict=True))(*mismatch)
    assert (refused.answer.status, refused.case) == (400, "400-id-mismatch")
    assert json.loads(refused.answer.body)["meta"]["errors"] == ["id attribute and identifier are not the same value"]


def test_the_other_region() -> None:
    """The wrong region is redirected by Track (from the US), refused by the App API, dropped or refused by Pipelines."""
    ask = SandboxClient(Settings(region="eu"))
    moved = ask("PUT", f"/us{CUSTOMER}?a=b", {"plan": "pro"}, base="http://localhost:1")
    assert (moved.answer.status, moved.case) == (301, "301-region-redirect")
    assert dict(moved.answer.headers)["Location"] == f"http://localhost:1/eu{CUSTOMER}?a=b"
    named = ask("PUT", CUSTOMER, {}, headers={"host": "track.customer.io"})
    assert dict(named.answer.headers)["Location"] == f"https://track-eu.customer.io{CUSTOMER}"
    assert answered(ask, "PUT", f"/eu{CUSTOMER}", {"plan": "pro"}) == (200, "")
    assert answered(ask, "PUT", CUSTOMER, {}, headers={"host": "track-eu.customer.io:443"}) == (200, "")
    assert answered(ask, "GET", "/us/v1/exports") == (401, "401-wrong-region")
    assert ask("POST", "/us/v1/identify", {"userId": "42"}).notes == (DROPPED,)
    strict = {"x-strict-mode": "1"}
    assert answered(ask, "POST", "/us/v1/identify", {"userId": "42"}, headers=strict) == (401, "401-wrong-region")
    assert answered(SandboxClient(), "PUT", f"/eu{CUSTOMER}", {}) == (401, "401-wrong-region")
    assert answered(ask, "GET", "/us/api/v1/accounts/region") == (200, "")


def test_limits() -> None:
    """With the setting `rate_limit` the documented limits apply; the App API names the seconds to wait."""
    ask = SandboxClient(Settings(rate_limit=True))
    assert [ask("GET", "/v1/exports").answer.status for _ in range(11)] == [200] * 10 + [429]
    ask.later(0.5)
    reply = ask("GET", "/v1/exports")
    assert (reply.case, dict(reply.answer.headers)["Retry-After"]) == ("429-retry-after", "1")
    ask.later(0.5)
    assert ask("GET", "/v1/exports").answer.status == 200
    assert ask("POST", "/v1/campaigns/1/triggers", {}).answer.status == 200
    assert answered(ask, "POST", "/v1/campaigns/1/triggers", {}) == (429, "429-rate-limited")
    assert ask("PUT", CUSTOMER, {}).answer.status == ask("POST", "/v1/send/email", MAIL).answer.status == 200
    unlimited = SandboxClient()
    assert {unlimited("GET", "/v1/exports").answer.status for _ in range(12)} == {200}


def test_bodies_that_are_too_large(ask: SandboxClient) -> None:
    """Too large a body draws 413, or 400 where no 413 is known; Pipelines drops it."""
    for target in (f"{CUSTOMER}/events", "/api/v1/events"):
        assert answered(ask, "POST", target, too_large=True) == (413, "413-too-large")
    assert answered(ask, "PUT", CUSTOMER, too_large=True) == (413, "413-too-large")
    assert ask("POST", "/v1/identify", too_large=True).notes == (DROPPED,)
    strict = {"x-strict-mode": "1"}
    assert answered(ask, "POST", "/v1/identify", too_large=True, headers=strict) == (400, "400-malformed")
    entity = {"userId": "42", "traits": {"bio": "x" * 40_000}}
    refused = ask("POST", "/v1/identify", entity, headers=strict)
    assert "at most 32 KB" in json.loads(refused.answer.body)["meta"]["errors"][0]


@pytest.mark.parametrize("levels", [150, 985, 100_000])
def test_bodies_that_are_nested_too_deep(ask: SandboxClient, levels: int) -> None:
    """A deeply nested payload draws 400, and only its text is logged."""
    body = b'{"x": ' + b"[" * levels + b"]" * levels + b"}"
    reply = ask("PUT", CUSTOMER, body)
    assert (reply.answer.status, b"nested too deep" in reply.answer.body) == (400, True)
    assert isinstance(list(ask.service.log)[-1].payload, str)
    assert ask("PUT", CUSTOMER, {"x": [[["fine"]]]}).answer.status == 200
    assert ask("PUT", CUSTOMER, b"?", headers={"content-encoding": "br"}).answer.status == 200


def test_faults(ask: SandboxClient) -> None:
    """A fault applies to its operation or surface as often as requested; the request is not carried out."""
    ask.service.fault("500-server-error", 2, "track.identify")
    assert answered(ask, "POST", f"{CUSTOMER}/events", {"name": "x"}) == (200, "")
    statuses = [ask("PUT", CUSTOMER, {"plan": "pro"}).answer.status for _ in range(3)]
    assert statuses == [500, 500, 200]
    ask.service.fault("429-retry-after", None, "app")
    assert [ask("GET", "/v1/exports").answer.status for _ in range(3)] == [429] * 3
    assert ask("PUT", CUSTOMER, {}).answer.status == 200


def test_faults_after_the_payload_was_taken(ask: SandboxClient) -> None:
    """A fault after which the service has the payload carries the request out."""
    ask.service.fault("accepted-then-reset")
    assert ask("PUT", CUSTOMER, {"plan": "pro"}).answer.fault == "accepted-then-reset"
    assert ask.person("id", "42").attributes == {"plan": "pro"}
    ask.service.fault("200-dropped")
    assert answered(ask, "POST", "/v1/identify", {"userId": "43"}) == (200, "200-dropped")
    assert len(ask.service.workspace.people) == 1


def test_a_redirect_as_a_fault(ask: SandboxClient) -> None:
    """A requested redirect leads to the workspace's own region, which does not redirect again."""
    ask.service.fault("301-region-redirect", None)
    reply = ask("PUT", CUSTOMER, {"plan": "pro"}, base="http://localhost:1")
    assert dict(reply.answer.headers)["Location"] == f"http://localhost:1/us{CUSTOMER}"
    assert answered(ask, "PUT", f"/us{CUSTOMER}", {"plan": "pro"}) == (200, "")


def test_own_cassettes(tmp_path: Any) -> None:
    """A case of the user's cassettes can be requested."""
    folder = tmp_path / "track"
    folder.mkdir()
    (folder / "418-teapot.yaml").write_text(
        "metadata: {source: recorded, operations: [identify]}\ninteractions:\n- request: {method: PUT, uri:"
        f" 'https://track.customer.io{CUSTOMER}', headers: {{}}, body: '{{}}'}}\n"
        "  response: {status: {code: 418, message: Teapot}, headers: {}, body: {string: short}}\n",
        encoding="utf-8",
    )
    ask = SandboxClient(Settings(cassettes=(tmp_path,)))
    ask.service.fault("418-teapot")
    reply = ask("PUT", CUSTOMER, {})
    assert (reply.answer.status, reply.answer.body, reply.source) == (418, b"short", "recorded")


@pytest.mark.parametrize("body", [b'{"a": 1e999}', b'{"a": [{"b": -1e999}]}'])
def test_numbers_out_of_range(ask: SandboxClient, body: bytes) -> None:
    """A number that cannot be written as JSON again is refused, and nothing of the payload is stored."""
    reply = ask("PUT", "/api/v1/customers/42", body)
    assert (reply.answer.status, b"out of range" in reply.answer.body) == (400, True)
    assert len(ask.service.workspace.people) == 0
