"""Snippets, collections, sender identities, assets and Design Studio through the App API."""

from __future__ import annotations

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.api.app.inventory.records import MADE_UP

ROWS = [{"city": "Oslo"}, {"city": "Rome", "open": True}]


def test_snippets(ask: SandboxClient) -> None:
    """A snippet is named by its name; each call with a name creates or changes it."""
    assert ask.body("POST", "/v1/snippets", {"name": "a", "value": "b"})["snippet"] == {
        "name": "a",
        "value": "b",
        "updated_at": NOW,
    }
    ask.body("PUT", "/v1/snippets", {"name": "greeting", "value": "Hi"})
    snippets = ask.body("GET", "/v1/snippets")["snippets"]
    assert [(each["name"], each["value"]) for each in snippets] == [("greeting", "Hi"), ("a", "b")]
    assert ask("DELETE", "/v1/snippets/a").answer.status == 204
    assert ask("DELETE", "/v1/snippets/a").answer.status == 404
    assert len(ask.body("GET", "/v1/snippets")["snippets"]) == 1


def test_collections(ask: SandboxClient) -> None:
    """A collection has rows, which are read and replaced."""
    assert ask.body("GET", "/v1/collections/1/content") == [{"city": "Oslo"}, {"city": "Rome"}]
    collection = ask.body("POST", "/v1/collections", {"name": "shops", "data": ROWS})["collection"]
    assert collection == {
        "bytes": 45,
        "created_at": NOW,
        "id": 2,
        "name": "shops",
        "rows": 2,
        "schema": ["city", "open"],
        "updated_at": NOW,
    }
    assert ask.body("GET", "/v1/collections/2/content") == ROWS
    ask.later(5)
    renamed = ask.body("PUT", "/v1/collections/2", {"name": "stores"})["collection"]
    assert (renamed["name"], renamed["rows"], renamed["updated_at"]) == ("stores", 2, NOW + 5)
    assert ask.body("PUT", "/v1/collections/2", {"data": []})["collection"]["rows"] == 0
    assert ask.body("PUT", "/v1/collections/2/content", [{"city": "Bonn"}])["collection"]["rows"] == 1
    assert ask.body("GET", "/v1/collections/2/content") == [{"city": "Bonn"}]
    assert ask("DELETE", "/v1/collections/2").answer.status == 204
    for method, target in (("GET", ""), ("PUT", ""), ("GET", "/content"), ("PUT", "/content")):
        body = [] if target and method == "PUT" else {} if method == "PUT" else None
        assert ask(method, f"/v1/collections/2{target}", body).answer.status == 404


def test_a_collection_of_which_only_the_url_is_known(ask: SandboxClient) -> None:
    """Nothing is read from the URL; a collection that only Customer.io may have is made up."""
    reply = ask("POST", "/v1/collections", {"name": "shops", "url": "https://example.com/a.json"})
    assert reply.notes == ("empty here: the sandbox reads no URL",)
    unknown = ask("GET", "/v1/collections/9/content")
    assert (unknown.answer.status, unknown.source, unknown.notes) == (200, "synthetic", (MADE_UP,))


def test_sender_identities(ask: SandboxClient) -> None:
    """Those of the inventory; nothing is known of who uses them."""
    (sender,) = ask.body("GET", "/v1/sender_identities")["sender_identities"]
    assert ask.body("GET", "/v1/sender_identities/1") == {"sender_identity": sender}
    used = {"campaigns": [], "sent_newsletters": [], "draft_newsletters": []}
    assert ask.body("GET", "/v1/sender_identities/1/used_by") == used


def test_a_described_workspace(described: SandboxClient) -> None:
    """A sender identity that the file does not name does not exist."""
    for target in ("/v1/sender_identities/1", "/v1/sender_identities/1/used_by"):
        assert described("GET", target).answer.status == 404


def test_subscriptions(ask: SandboxClient) -> None:
    """Topics and channels of the inventory."""
    assert [each["name"] for each in ask.body("GET", "/v1/subscription_topics")["topics"]] == ["News"]
    assert [each["type"] for each in ask.body("GET", "/v1/subscription_channels")["channels"]] == ["email"]


def test_assets(ask: SandboxClient) -> None:
    """Of a file the name is stored; folders are named by the payload."""
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="logo.png"\r\n\r\nabc\r\n--x--\r\n'
    asset = ask.body("POST", "/v1/assets/files", form, headers={"content-type": "multipart/form-data; boundary=x"})[
        "asset"
    ]
    assert (asset["id"], asset["name"], asset["path"]) == (1, "logo.png", "/logo.png")
    assert ask.body("POST", "/v1/assets/files")["asset"]["name"] == "file"
    assert ask("PUT", "/v1/assets/files/1", {"name": "new.png"}).answer.status == 204
    assert ask.body("GET", "/v1/assets/files/1")["asset"]["name"] == "new.png"
    assert ask.body("GET", "/v1/assets")["meta"] == {"total": 2}
    assert ask("DELETE", "/v1/assets/files/1").answer.status == 204
    assert ask("GET", "/v1/assets/files/1").answer.status == 404
    assert ask("PUT", "/v1/assets/files/1", {"name": "a"}).answer.status == 404
    folder = ask.body("POST", "/v1/assets/folders", {"name": "images"})["folder"]
    assert ask.body("GET", "/v1/assets/folders") == {"folders": [folder], "meta": {"total": 1}}
    assert ask("GET", "/v1/assets/folders/7").source == "synthetic"


@pytest.mark.parametrize(
    ("kind", "one", "payload"),
    [
        ("emails", "email", {"name": "a"}),
        ("components", "component", {"name": "a", "tag": "b", "content": "<p>"}),
        ("folders", "folder", {"name": "a"}),
    ],
)
def test_design_studio(ask: SandboxClient, kind: str, one: str, payload: dict[str, str]) -> None:
    """What is created has an id like a UUID, and is read, changed and deleted."""
    base = f"/v1/design_studio/{kind}"
    created = ask.body("POST", base, payload)[one]
    assert (created["id"], created["name"]) == ("00000000-0000-4000-8000-000000000001", "a")
    second = ask.body("POST", base, payload)[one]
    assert ask("PUT", f"{base}/{created['id']}", {"name": "b"}).answer.status == 204
    assert ask.body("GET", f"{base}/{created['id']}")[one]["name"] == "b"
    assert ask("DELETE", f"{base}/{created['id']}").answer.status == 204
    assert ask("GET", f"{base}/{created['id']}").answer.status == 404
    third = ask.body("POST", base, payload)[one]
    assert [each["id"] for each in ask.body("GET", base)[kind]] == [second["id"], third["id"]]
    assert second["id"] != third["id"]


def test_languages_of_design_studio(ask: SandboxClient) -> None:
    """A translation is named by its language."""
    base = "/v1/design_studio/emails/5f7b/languages"
    translation = ask.body("POST", base, {"language": "de", "content": {"subject": "Hallo"}})["email_translation"]
    assert (translation["language"], translation["content"]) == ("de", {"subject": "Hallo"})
    assert ask.body("GET", base)["email_translations"] == [translation]
    assert ask("PUT", f"{base}/de", {"content": {}}).answer.status == 204
    assert ask.body("GET", f"{base}/de")["email_translation"]["content"] == {}
    assert ask("DELETE", f"{base}/de").answer.status == 204
    assert ask("GET", f"{base}/de").answer.status == 404
