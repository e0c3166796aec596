"""The activity log through the App API."""

from __future__ import annotations

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery


def types(ask: SandboxClient, target: str) -> list[str]:
    """The types of the activities in an answer."""
    return [each["type"] for each in ask.body("GET", target)["activities"]]


def test_all_activities(shop: SandboxClient) -> None:
    """What happened to people and messages, newest first, ten on a page."""
    assert types(shop, "/v1/activities?limit=100") == [
        "sent_email",
        "sent_email",
        "sent_email",
        "event",
        "attribute_change",
        "profile_create",
        "attribute_change",
        "profile_create",
    ]
    sent, event = shop.body("GET", "/v1/activities?customer_id=42")["activities"][1:3]
    ada = shop.person("id", "42")
    identifiers = {"cio_id": ada.cio_id, "email": "ada@example.com", "id": "42"}
    assert event == {
        "id": "01000000000000000000000005",
        "customer_id": "42",
        "customer_identifiers": identifiers,
        "type": "event",
        "timestamp": NOW,
        "data": {"total": 1},
        "name": "bought",
    }
    assert sent["data"] == {"delivery_id": "delivery-1"}
    assert (sent["delivery_id"], sent["delivery_type"]) == ("delivery-1", "email")


def test_pages(shop: SandboxClient) -> None:
    """A page has ten activities unless `limit` says so, and a hundred at most."""
    for number in range(120):
        shop.identify("42", score=number)
    first = shop.body("GET", "/v1/activities")
    assert len(first["activities"]) == 10
    second = shop.body("GET", f"/v1/activities?start={first['next']}")
    assert second["activities"][0]["data"] == {"score": {"from": "108", "to": "109"}}
    assert len(shop.body("GET", "/v1/activities?limit=1000")["activities"]) == 100


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=event", ["event"]),
        ("name=bought", ["event"]),
        ("name=plan&customer_id=42", ["attribute_change"]),
        ("customer_id=ada%40example.com&id_type=email&type=event", ["event"]),
        ("customer_id=44", []),
        ("type=opened_email", []),
    ],
)
def test_a_query(shop: SandboxClient, query: str, expected: list[str]) -> None:
    """Activities are selected by type, by the name of an event or attribute, and by person."""
    assert types(shop, f"/v1/activities?{query}") == expected


def test_activities_of_a_person(shop: SandboxClient) -> None:
    """Views have their name or address; a message of another channel has no delivery type."""
    shop.entity("page", identifiers={"id": "43"}, name="https://example.com/")
    shop.entity("screen", identifiers={"id": "43"}, name="Home")
    shop.body("POST", "/v1/send/push", {"identifiers": {"id": "43"}, "transactional_message_id": "1"})
    push, screen, page = shop.body("GET", "/v1/customers/43/activities?limit=3")["activities"]
    assert (push["type"], "delivery_type" in push) == ("sent_push", False)
    assert (screen["name"], page["url"], "name" in page) == ("Home", "https://example.com/", False)
    assert shop("GET", "/v1/customers/44/activities").answer.status == 404


def test_deleted_people(shop: SandboxClient) -> None:
    """Activities of a deleted person are listed only if they are asked for; they still name the person."""
    shop.notes("DELETE", "/api/v1/customers/43")
    assert "43" not in {each["customer_id"] for each in shop.body("GET", "/v1/activities")["activities"]}
    deleted = shop.body("GET", "/v1/activities?deleted=true")["activities"]
    assert (deleted[0]["type"], deleted[0]["customer_id"]) == ("profile_delete", "43")


def test_a_message_to_nobody(ask: SandboxClient) -> None:
    """A message without a person is in the log, without identifiers."""
    ask.service.workspace.add_delivery(Delivery("d", "app.send_sms", "", "", "", "", "queued", NOW))
    (activity,) = ask.body("GET", "/v1/activities")["activities"]
    assert (activity["type"], activity["customer_id"]) == ("sent_twilio", None)
