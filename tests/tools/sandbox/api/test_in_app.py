"""The queue of in-app and inbox messages."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

ADA = base64.b64encode(b"42").decode()


def asked(
    ask: SandboxClient, method: str, path: str, token: str = ADA, site: str = "", body: dict[str, Any] | None = None
) -> Any:
    """The answer to a request of an SDK."""
    headers = {
        "x-cio-site-id": site or ask.service.keys.site_id,
        "x-gist-encoded-user-token": token,
        "authorization": "",
    }
    return ask(method, path, body or {} if method != "GET" else None, headers)


def queue(ask: SandboxClient, token: str = ADA) -> Any:
    """The queue of a person."""
    return json.loads(asked(ask, "POST", "/api/v4/users?sessionId=1", token).answer.body)


def send(ask: SandboxClient, kind: str, **more: Any) -> str:
    """The id of a message."""
    message = {"transactional_message_id": 3, "identifiers": {"id": "42"}, "message_data": {"order": "7"}, **more}
    return str(ask.body("POST", f"/v1/send/{kind}", message)["delivery_id"])


def test_both_kinds_of_messages(ask: SandboxClient) -> None:
    """A person gets in-app messages and inbox messages, each in the form in which the SDK reads it."""
    shown, stored = send(ask, "in_app"), send(ask, "inbox_message")
    assert queue(ask) == {
        "inAppMessages": [
            {
                "messageId": "3",
                "queueId": shown,
                "priority": 1,
                "properties": {"order": "7", "gist": {"campaignId": shown}},
            }
        ],
        "inboxMessages": [
            {
                "messageType": "inbox",
                "queueId": stored,
                "deliveryId": stored,
                "userToken": ADA,
                "priority": 1,
                "topics": [],
                "type": "",
                "properties": {"order": "7"},
                "sentAt": "2025-11-24T16:00:00Z",
                "expiry": "",
                "opened": False,
            }
        ],
    }
    answer = asked(ask, "POST", "/api/v4/users").answer
    assert ("X-Gist-Queue-Polling-Interval", "10") in answer.headers


def test_what_is_not_waiting(ask: SandboxClient) -> None:
    """A draft, a scheduled message, an e-mail and the message of another person are not in the queue."""
    send(ask, "in_app", queue_draft=True)
    send(ask, "in_app", send_at=NOW + 3600)
    send(ask, "push")
    send(ask, "in_app", identifiers={"id": "43"})
    assert queue(ask) == {"inAppMessages": [], "inboxMessages": []}


def test_what_was_seen(ask: SandboxClient) -> None:
    """An opened in-app message leaves the queue, an opened inbox message stays in it; what was removed is gone."""
    shown, stored, removed = send(ask, "in_app"), send(ask, "inbox_message"), send(ask, "inbox_message")
    for each in (shown, stored):
        report = {"event": "Report Delivery Event", "properties": {"deliveryId": each, "metric": "opened"}}
        ask.notes("POST", "/v1/track", {"userId": "42", **report})
    assert asked(ask, "POST", f"/api/v1/logs/queue/{removed}").answer.status == 200
    found = queue(ask)
    assert found["inAppMessages"] == []
    assert [(each["queueId"], each["opened"]) for each in found["inboxMessages"]] == [(stored, True)]
    ask.service.reset()
    assert queue(ask) == {"inAppMessages": [], "inboxMessages": []}


def test_what_an_sdk_marks(ask: SandboxClient) -> None:
    """An inbox message is opened, or not, as an SDK for phones has marked it last; other changes mark nothing."""
    stored = send(ask, "inbox_message")
    for body, opened in (({"opened": True}, True), ({"opened": False}, False), ({"opened": "yes"}, False), ({}, False)):
        assert asked(ask, "PATCH", f"/api/v1/messages/{stored}?sessionId=1", body=body).answer.status == 200
        assert [each["opened"] for each in queue(ask)["inboxMessages"]] == [opened]
    for method, path in (("PATCH", "messages/unknown"), ("POST", "logs/queue/unknown")):
        assert asked(ask, method, f"/api/v1/{path}", body={"opened": True}).answer.status == 200


@pytest.mark.parametrize("token", ["", "!", base64.b64encode(b"99").decode(), base64.b64encode(b"\xff").decode()])
def test_a_person_who_is_unknown(ask: SandboxClient, token: str) -> None:
    """An unknown or unreadable token draws an empty queue; a person is also known by the e-mail address."""
    ask.identify("42", email="ada@example.com")
    send(ask, "in_app")
    assert queue(ask, token) == {"inAppMessages": [], "inboxMessages": []}
    assert len(queue(ask, base64.b64encode(b"ada@example.com").decode())["inAppMessages"]) == 1


def test_what_else_the_sdk_asks_for(ask: SandboxClient) -> None:
    """Branding and templates are empty; a change is accepted; another workspace is refused."""
    for method, path in (("GET", "branding"), ("GET", "templates"), ("PATCH", "messages/delivery-1")):
        assert asked(ask, method, f"/api/v1/{path}").answer.body == b"{}"
    refused = asked(ask, "POST", "/api/v4/users", site="another")
    assert (refused.answer.status, [each.operation for each in ask.service.log][-1]) == (401, "pipelines.in_app")
