"""Newsletters and transactional messages through the App API."""

from __future__ import annotations

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.api.app.inventory.newsletters import SENT_TO_NOBODY
from pytest_customerio.tools.sandbox.api.app.inventory.records import MADE_UP


def test_newsletters(ask: SandboxClient) -> None:
    """A newsletter is created, sent, and deleted."""
    draft = {"name": "June", "type": "email", "recipients": {"segment": {"id": 1}}, "subject": "June", "body": "<p>"}
    created = ask.body("POST", "/v1/newsletters", draft)["newsletter"]
    assert not created.keys() & {"recipients", "subject", "body"}
    assert (created["id"], created["name"], created["sent_at"], created["created"]) == (2, "June", None, NOW)
    assert created["deduplicate_id"] == f"2:{NOW}"
    first = ask.body("GET", "/v1/newsletters?limit=1&sort=desc")
    assert [each["id"] for each in first["newsletters"]] == [2]
    assert [
        each["id"]
        for each in ask.body("GET", f"/v1/newsletters?limit=1&sort=desc&start={first['next']}")["newsletters"]
    ] == [1]
    assert ask.notes("POST", "/v1/newsletters/2/send", {}) == (SENT_TO_NOBODY,)
    assert ask.body("GET", "/v1/newsletters/2")["newsletter"]["sent_at"] == NOW
    ask.body("POST", "/v1/newsletters/2/schedule", {"scheduled_at": NOW + 60, "timezone": "UTC"})
    assert ask.body("GET", "/v1/newsletters/2")["newsletter"]["sent_at"] == NOW + 60
    assert ask("DELETE", "/v1/newsletters/2").answer.status == 204
    for method, target in (
        ("GET", "/v1/newsletters/2"),
        ("POST", "/v1/newsletters/2/send"),
        ("POST", "/v1/newsletters/2/test_groups"),
        ("GET", "/v1/newsletters/2/contents"),
        ("GET", "/v1/newsletters/2/contents/1"),
        ("GET", "/v1/newsletters/2/language/de"),
        ("PUT", "/v1/newsletters/2/language/de"),
        ("POST", "/v1/newsletters/2/language"),
    ):
        assert ask(method, target, {} if method != "GET" else None).answer.status == 404
    assert ask("POST", "/v1/newsletters/9/send", {}).source == "synthetic"


def test_test_groups(ask: SandboxClient) -> None:
    """A group is added, and has contents of its own."""
    assert ask.body("GET", "/v1/newsletters/1/test_groups") == {"test_groups": []}
    assert ask.body("POST", "/v1/newsletters/1/test_groups", {})["newsletter"]["id"] == 1
    (group,) = ask.body("GET", "/v1/newsletters/1/test_groups")["test_groups"]
    assert (group["id"], group["label"]) == ("1", "Group 1")
    target = "/v1/newsletters/1/test_group/1/language"
    content = ask.body("POST", target, {"language": "de", "subject": "Mai"})["content"]
    assert (content["id"], content["newsletter_id"], content["test_group_id"]) == (2, 1, "1")
    assert ask.body("GET", f"{target}/de") == {"content": content}
    assert ask("GET", "/v1/newsletters/1/language/de").source == "synthetic"


@pytest.mark.parametrize("target", ["/v1/newsletters/1", "/v1/newsletters/1/test_group/7"])
def test_languages(ask: SandboxClient, target: str) -> None:
    """A language is added, changed and deleted; one that the sandbox does not know is made up."""
    reply = ask("GET", f"{target}/language/fr")
    assert (reply.source, reply.notes) == ("synthetic", (MADE_UP,))
    content = ask.body("POST", f"{target}/language", {"language": "de", "subject": "Mai"})["content"]
    changed = ask.body("PUT", f"{target}/language/de", {"subject": "Juni"})["content"]
    assert (changed["id"], changed["language"], changed["subject"]) == (content["id"], "de", "Juni")
    assert [each["language"] for each in ask.body("GET", "/v1/newsletters/1/contents")["contents"]] == ["en", "de"]
    assert ask.body("PUT", f"{target}/language/it", {"subject": "Maggio"})["content"]["language"] == "it"
    assert ask("DELETE", f"{target}/language/de").answer.status == 204
    for method in ("GET", "DELETE"):
        assert ask(method, f"{target}/language/de").answer.status == 404


def test_contents(ask: SandboxClient) -> None:
    """A content is read and changed."""
    assert ask.body("GET", "/v1/newsletters/1/contents/1")["content"]["subject"] == "May"
    ask.body("PUT", "/v1/newsletters/1/contents/1", {"subject": "Early May"})
    assert ask.body("GET", "/v1/newsletters/1/language/en")["content"]["subject"] == "Early May"


def test_transactional_messages(shop: SandboxClient) -> None:
    """Those of the inventory, and those that a payload named: by number, or by trigger name in any case."""
    for name in ("7", "Order_Receipt"):
        shop.body(
            "POST",
            "/v1/send/email",
            {"transactional_message_id": name, "identifiers": {"id": "42"}, "to": "a@example.com"},
        )
    messages = shop.body("GET", "/v1/transactional")["messages"]
    assert [(each["id"], each["name"], each.get("trigger_name")) for each in messages] == [
        (1, "Receipt", None),
        (2, "order_receipt", "order_receipt"),
        (7, "7", None),
    ]
    assert len(shop.body("GET", "/v1/transactional/2/messages")["messages"]) == 2
    assert shop.body("GET", "/v1/transactional/7")["message"]["id"] == 7


def test_contents_of_transactional_messages(ask: SandboxClient) -> None:
    """They are read and changed, by number and by language."""
    ask.body("PUT", "/v1/transactional/1/content/1", {"subject": "Thanks"})
    ask.body("PUT", "/v1/transactional/1/language/de", {"subject": "Danke"})
    contents = ask.body("GET", "/v1/transactional/1/contents")["contents"]
    assert [(each["id"], each["language"], each["subject"]) for each in contents] == [
        (1, "en", "Thanks"),
        (2, "de", "Danke"),
    ]
    assert ask.body("GET", "/v1/transactional/1/language/de")["content"]["id"] == 2
    assert ask.body("GET", "/v1/transactional/1/contents/2")["content"]["subject"] == "Danke"


def test_a_described_workspace(described: SandboxClient) -> None:
    """A message that a payload names is not added to what a file describes."""
    described.body(
        "POST", "/v1/send/email", {"transactional_message_id": "7", "identifiers": {"id": "42"}, "to": "a@example.com"}
    )
    assert described.body("GET", "/v1/transactional") == {"messages": []}
    assert described("GET", "/v1/transactional/7").answer.status == 404
    assert described("DELETE", "/v1/newsletters/1").answer.status == 404
    assert described("DELETE", "/v1/newsletters/1/language/de").answer.status == 404
