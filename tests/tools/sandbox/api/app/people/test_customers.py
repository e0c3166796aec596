"""Look-ups about one person through the App API."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient


@pytest.mark.parametrize(
    "target",
    [
        "/v1/customers/44/segments",
        "/v1/customers/44/subscription_preferences",
        "/v1/customers/44/optouts",
    ],
)
def test_an_unknown_person(shop: SandboxClient, target: str) -> None:
    """It is answered 404."""
    assert shop("GET", target).answer.status == 404
    if target.endswith("optouts"):
        assert shop("PUT", target, {"optouts": []}).answer.status == 404


def test_segments(shop: SandboxClient) -> None:
    """The segments of which a person is a member."""
    shop("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    shop("POST", "/api/v1/segments/8/add_customers", {"ids": ["43"]})
    (segment,) = shop.body("GET", "/v1/customers/42/segments")["segments"]
    assert (segment["id"], segment["type"]) == (7, "manual")


def test_subscriptions(shop: SandboxClient) -> None:
    """A topic is what the person chose, else what the topic says; who is unsubscribed has none."""
    target = "/v1/customers/42/subscription_preferences"
    preferences = shop.body("GET", target)["customer"]
    assert (preferences["id"], preferences["unsubscribed"]) == ("42", False)
    assert preferences["identifiers"]["email"] == "ada@example.com"
    assert preferences["topics"] == [
        {"id": 1, "identifier": "topic_1", "name": "News", "description": "What is new", "subscribed": True}
    ]
    for attributes, subscribed in (
        ({"cio_subscription_preferences": {"topics": {"topic_1": False}}}, False),
        ({"cio_subscription_preferences.topics.topic_1": True}, True),
        ({"cio_subscription_preferences": '{"topics": {"topic_1": false}}'}, False),
        ({"cio_subscription_preferences": "all"}, True),
        ({"unsubscribed": True}, False),
    ):
        shop.identify("42", **attributes)
        assert shop.body("GET", target)["customer"]["topics"][0]["subscribed"] is subscribed


def test_optouts(shop: SandboxClient) -> None:
    """A person is opted out of senders, and in again; the list has the people who opted out."""
    target, sender = "/v1/customers/42/optouts", {"channel": "sms", "from": "+12025550123"}
    assert shop.body("GET", target) == {"optouts": []}
    changed = shop("PUT", target, {"optouts": [{"from": "+12025550123", "optout": True}]}).answer
    assert (changed.status, changed.body) == (204, b"")
    unknown = shop("PUT", target, {"optouts": [{**sender, "optout": False}, {"channel": "fax", "from": "1"}]}).answer
    assert (unknown.status, b"unknown channel 'fax': sms or whatsapp" in unknown.body) == (400, True)
    assert shop.body("GET", target) == {"optouts": [sender]}
    listed = {"cio_id": shop.person("id", "42").cio_id, "customer_id": "42", "optouts": [sender]}
    assert shop.body("GET", "/v1/optouts") == {"optouts": [listed], "next": ""}
    assert shop.body("GET", "/v1/optouts?from=%2B12025550123")["optouts"] == [listed]
    assert shop.body("GET", "/v1/optouts?from=other")["optouts"] == []
    shop.notes("POST", "/api/v1/merge_customers", {"primary": {"id": "43"}, "secondary": {"id": "42"}})
    assert shop.body("GET", "/v1/customers/43/optouts") == {"optouts": [sender]}
    shop("PUT", "/v1/customers/43/optouts", {"optouts": [{**sender, "optout": False}]})
    assert shop.body("GET", "/v1/optouts")["optouts"] == []


def test_the_optouts_of_a_person_who_is_gone(shop: SandboxClient) -> None:
    """Opt-outs go with the person; an entry without a person has no id."""
    shop("PUT", "/v1/customers/42/optouts", {"optouts": [{"from": "+12025550123", "optout": True}]})
    shop.notes("DELETE", "/api/v1/customers/42")
    assert shop.body("GET", "/v1/optouts")["optouts"] == []
    shop.service.workspace.optouts["a3ff"] = {("sms", "+1"): None}
    assert shop.body("GET", "/v1/optouts")["optouts"][0]["customer_id"] is None


def test_the_token_of_a_subscription_center(shop: SandboxClient) -> None:
    """It is made of the cio_id; a person is named by id or e-mail address."""
    assert shop("GET", "/v1/subscription_center/44/token").answer.status == 400
    answers = [shop.body("GET", f"/v1/subscription_center/{each}/token") for each in ("42", "ada%40example.com")]
    token = f"token-{shop.person('id', '42').cio_id}"
    assert answers == [{"token": token, "url": f"http://127.0.0.1/u/i/{token}/"}] * 2
