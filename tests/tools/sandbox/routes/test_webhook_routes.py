"""The sandbox's own JSON API of webhooks."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient
from starlette.testclient import TestClient

from pytest_customerio.tools.sandbox.routes.admin import admin

EMAIL = {"transactional_message_id": 3, "to": "ada@example.com", "identifiers": {"id": "42"}}
NOWHERE = "http://127.0.0.1:9/hook"


@pytest.fixture
def client(ask: SandboxClient) -> TestClient:
    """A client of the sandbox's own API, after one message was sent to nobody's webhook."""
    ask.service.add_webhook(NOWHERE, ["email_bounced"])
    ask.body("POST", "/v1/send/email", EMAIL)
    return TestClient(admin(ask.service, {}), "http://127.0.0.1:8025")


def test_letting_something_happen(ask: SandboxClient, client: TestClient) -> None:
    """The answer is the signed request; what was posted is listed, newest first, with its attempts."""
    given = {"metric": "bounced", "data": {"failure_message": "full"}}
    answer = client.post("/_sandbox/deliver", json=given)
    event = answer.json()
    assert (answer.status_code, event["name"], event["payload"]["data"]["failure_message"]) == (
        201,
        "email_bounced",
        "full",
    )
    assert set(event["headers"]) == {"Content-Type", "X-CIO-Timestamp", "X-CIO-Signature"}
    ask.service.webhooks.settle()
    listed = client.get("/_sandbox/webhooks").json()
    assert [each["endpoint"] for each in listed["webhooks"]] == [NOWHERE]
    assert "duplicate" in listed["faults"]
    (call,) = listed["calls"]
    assert (call["name"], call["state"], call["event"]) == ("email_bounced", "waiting", event["payload"])
    (attempt,) = call["attempts"]
    assert (attempt["status"], attempt["wait"], attempt["answer"]) == (None, 3600.0, "")
    assert attempt["problem"].startswith("nothing listens there")
    assert client.post("/_sandbox/webhooks/retry").status_code == 204
    ask.service.webhooks.settle()
    assert len(client.get("/_sandbox/webhooks").json()["calls"][0]["attempts"]) == 2
    page = client.get("/_sandbox/webhooks?start=1&limit=1").json()
    assert (page["calls"], page["next"], page["total"]) == ([], None, 1)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"metric": "bouncd"}, "did you mean bounced?"),
        ({"metric": "bounced", "delivery": "x"}, "there is no delivery 'x'"),
        ({"metric": "bounced", "date": {}}, "there is no member 'date' here (did you mean data?); accepted: metric, "),
        ({"metric": "bounced", "fault": "x"}, "no such fault of a webhook: 'x'"),
        ({}, 'such as {"metric": "bounced"}'),
        ([], 'such as {"metric": "bounced"}'),
    ],
)
def test_what_it_cannot_do(client: TestClient, given: object, error: str) -> None:
    """A request that cannot be carried out draws 400 and the reason."""
    answer = client.post("/_sandbox/deliver", json=given)
    assert answer.status_code == 400
    assert error in answer.json()["error"]


def test_pages_of_other_origins(client: TestClient) -> None:
    """A page of another site cannot let anything happen."""
    answer = client.post("/_sandbox/deliver", json={"metric": "bounced"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
