"""Messages through the App API."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient


def ids(ask: SandboxClient, target: str) -> list[str]:
    """The ids of the messages in an answer."""
    return [each["id"] for each in ask.body("GET", target)["messages"]]


def test_all_messages(shop: SandboxClient) -> None:
    """All messages, newest first; each names what it belongs to, and all other parents are null."""
    newest, _, oldest = shop.body("GET", "/v1/messages")["messages"]
    ada = shop.person("id", "42")
    assert oldest == {
        "id": "delivery-1",
        "deduplicate_id": f"delivery-1:{NOW}",
        "msg_template_id": 2,
        "transactional_message_id": 2,
        "customer_id": "42",
        "customer_identifiers": {"cio_id": ada.cio_id, "email": "ada@example.com", "id": "42"},
        "recipient": "42@example.com",
        "subject": "(template order_receipt)",
        "metrics": {"sent": NOW},
        "created": NOW,
        "failure_message": None,
        "newsletter_id": None,
        "campaign_id": None,
        "broadcast_id": None,
        "action_id": None,
        "parent_action_id": None,
        "content_id": None,
        "trigger_event_id": None,
        "type": "email",
        "forgotten": False,
    }
    assert (newest["broadcast_id"], newest["customer_id"], newest["msg_template_id"]) == (12, "43", None)
    assert newest["customer_identifiers"]["email"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["delivery-3", "delivery-2", "delivery-1"]),
        ("limit=1", ["delivery-3"]),
        ("type=email", ["delivery-3", "delivery-2", "delivery-1"]),
        ("type=push", []),
        ("metric=opened", ["delivery-1"]),
        ("metric=sent", ["delivery-3", "delivery-2", "delivery-1"]),
        ("drafts=true", ["delivery-4"]),
        ("campaign_id=1", []),
        ("trigger_id=1", ["delivery-3", "delivery-2"]),
        ("transactional_id=2", ["delivery-1"]),
        ("template_id=order_receipt", ["delivery-1"]),
        (f"start_ts={NOW + 10}", ["delivery-3", "delivery-2"]),
        (f"end_ts={NOW}", ["delivery-1"]),
    ],
)
def test_a_query(shop: SandboxClient, query: str, expected: list[str]) -> None:
    """Each parameter of the query selects; drafts are listed only if they are asked for."""
    shop.notes("POST", "/api/v1/metrics", {"delivery_id": "delivery-1", "metric": "opened", "timestamp": NOW + 5})
    shop.body(
        "POST", "/v1/send/push", {"identifiers": {"id": "42"}, "transactional_message_id": "1", "queue_draft": True}
    )
    assert ids(shop, f"/v1/messages?{query}") == expected


def test_pages(shop: SandboxClient) -> None:
    """A page goes on where the one before ended, also after a newer message was sent."""
    first = shop.body("GET", "/v1/messages?limit=2")
    shop.body("POST", "/v1/campaigns/12/triggers", {"ids": ["42"]})
    assert ids(shop, f"/v1/messages?limit=2&start={first['next']}") == ["delivery-1"]


def test_one_message(shop: SandboxClient) -> None:
    """One message, and its text."""
    assert shop.body("GET", "/v1/messages/delivery-1")["message"]["id"] == "delivery-1"
    archived = shop.body("GET", "/v1/messages/delivery-1/archived_message")["archived_message"]
    assert (archived["id"], archived["recipient"], archived["from"]) == ("delivery-1", "42@example.com", "")
    assert "order_receipt" in archived["body"]
    for target in ("/v1/messages/other", "/v1/messages/other/archived_message"):
        assert shop("GET", target).answer.status == 404


def test_a_message_whose_text_is_not_retained(shop: SandboxClient) -> None:
    """With `disable_message_retention` the App API has no text of a message, and says so."""
    payload = {"body": "secret", "subject": "Code", "from": "a@example.com", "to": "b@example.com"}
    shop.body("POST", "/v1/send/email", {**payload, "identifiers": {"id": "42"}, "disable_message_retention": True})
    (last, *_) = ids(shop, "/v1/messages")
    archived = shop.body("GET", f"/v1/messages/{last}/archived_message")["archived_message"]
    assert (archived["body"], archived["forgotten"]) == ("", True)
    assert shop.body("GET", f"/v1/messages/{last}")["message"]["forgotten"] is True


def test_metrics_of_a_message(shop: SandboxClient) -> None:
    """The first time of each metric counts."""
    for at in (NOW + 5, NOW + 6):
        shop.notes("POST", "/api/v1/metrics", {"delivery_id": "delivery-1", "metric": "opened", "timestamp": at})
    assert shop.body("GET", "/v1/messages/delivery-1")["message"]["metrics"] == {"sent": NOW, "opened": NOW + 5}


def test_messages_of_a_person(shop: SandboxClient) -> None:
    """Those of one person, by each kind of identifier; after a merge also those of the other."""
    assert ids(shop, "/v1/customers/42/messages") == ["delivery-2", "delivery-1"]
    assert ids(shop, "/v1/customers/ada%40example.com/messages?id_type=email&limit=1") == ["delivery-2"]
    assert shop("GET", "/v1/customers/44/messages").answer.status == 404
    shop.notes("POST", "/api/v1/merge_customers", {"primary": {"id": "43"}, "secondary": {"id": "42"}})
    assert ids(shop, "/v1/customers/43/messages") == ["delivery-3", "delivery-2", "delivery-1"]


def test_messages_of_what_was_sent(shop: SandboxClient) -> None:
    """Those of a broadcast and of a transactional message; campaigns and newsletters send none here."""
    assert ids(shop, "/v1/broadcasts/12/messages") == ["delivery-3", "delivery-2"]
    assert ids(shop, "/v1/broadcasts/13/messages") == []
    assert ids(shop, "/v1/transactional/2/messages") == ["delivery-1"]
    assert ids(shop, "/v1/campaigns/1/messages") == ids(shop, "/v1/newsletters/1/messages") == []


def series(ask: SandboxClient, target: str) -> Any:
    """The series of a metric."""
    return ask.body("GET", target)["metric"]["series"]


def test_metrics(shop: SandboxClient) -> None:
    """How many messages had each metric in each period, the newest period last."""
    assert series(shop, "/v1/broadcasts/12/metrics?period=hours&steps=2")["sent"] == [0, 2]
    assert series(shop, "/v1/broadcasts/12/metrics?type=push&steps=1")["sent"] == [0]
    shop.later(3600)
    assert series(shop, "/v1/transactional/2/metrics?period=hours&steps=2")["sent"] == [1, 0]
    assert series(shop, "/v1/transactional/2/metrics?period=hours&steps=1")["sent"] == [0]
    assert [len(series(shop, f"/v1/campaigns/1/metrics?period={each}")["sent"]) for each in ("hours", "days")] == [
        24,
        45,
    ]
    assert len(series(shop, "/v1/campaigns/1/actions/1/metrics?period=months&steps=999")["sent"]) == 121
    assert shop.body("GET", "/v1/newsletters/1/metrics/links") == {"links": []}
    journeys = shop.body("GET", "/v1/campaigns/1/journey_metrics")["journey_metric"]
    assert journeys["started"] == [0] * 45


def test_what_does_not_exist(described: SandboxClient) -> None:
    """Where a file describes the workspace, other campaigns have no messages and no metrics."""
    for call in ("messages", "metrics", "metrics/links", "journey_metrics"):
        assert described("GET", f"/v1/campaigns/1/{call}").answer.status == 200
        assert described("GET", f"/v1/campaigns/2/{call}").answer.status == 404
