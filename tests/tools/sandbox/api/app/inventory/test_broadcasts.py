"""Campaigns, broadcasts and triggers through the App API."""

from __future__ import annotations

from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.api.app.inventory.records import MADE_UP


def test_campaigns(ask: SandboxClient) -> None:
    """Those of the inventory, with their actions."""
    (campaign,) = ask.body("GET", "/v1/campaigns")["campaigns"]
    assert (campaign["id"], campaign["name"], campaign["actions"]) == (1, "Onboarding", [{"id": 1, "type": "email"}])
    assert ask.body("GET", "/v1/campaigns/1") == {"campaign": campaign}
    page = ask.body("GET", "/v1/campaigns/1/actions")
    assert ([each["subject"] for each in page["actions"]], page["next"]) == (["Welcome"], "")


def test_one_that_the_sandbox_does_not_know(ask: SandboxClient) -> None:
    """Customer.io may have it: the answer has its number, and says that it was made up. An id is a number."""
    reply = ask("GET", "/v1/campaigns/23/actions/215")
    assert (reply.answer.status, reply.source, reply.notes) == (200, "synthetic", (MADE_UP,))
    action = ask.body("GET", "/v1/campaigns/23/actions/215")["action"]
    assert (action["id"], action["campaign_id"]) == (215, 23)
    assert ask("GET", "/v1/campaigns/23").source == "synthetic"
    assert ask("GET", "/v1/campaigns/1").source == "documented"
    for path in ("/v1/campaigns/x", "/v1/campaigns/x/actions/1"):
        assert ask("GET", path).answer.status == 404


def test_actions_are_changed(ask: SandboxClient) -> None:
    """What was changed is read; the time of the change is that of the call."""
    changed = ask.body("PUT", "/v1/campaigns/1/actions/1", {"subject": "Hello", "id": 9})["action"]
    assert (changed["id"], changed["subject"], changed["updated"]) == (1, "Hello", NOW)
    assert ask.body("GET", "/v1/campaigns/1/actions/1") == {"action": changed}
    unknown = ask.body("PUT", "/v1/broadcasts/3/actions/4", {"subject": "Hello"})["action"]
    assert ask.body("GET", "/v1/broadcasts/3/actions/4") == {"action": unknown}


def test_languages(ask: SandboxClient) -> None:
    """An action in a language is the action, until that language is changed."""
    german = "/v1/campaigns/1/actions/1/language/de"
    reply = ask("GET", german)
    assert (reply.source, reply.notes) == ("synthetic", (MADE_UP,))
    assert ask.body("GET", german)["action"]["subject"] == "Welcome"
    ask.body("PUT", german, {"subject": "Willkommen"})
    action = ask.body("GET", german)["action"]
    assert (action["id"], action["language"], action["subject"]) == (1, "de", "Willkommen")
    assert ask.body("GET", "/v1/campaigns/1/actions/1")["action"]["subject"] == "Welcome"


def test_triggers(shop: SandboxClient) -> None:
    """A broadcast that was triggered exists, and its triggers are listed."""
    assert [each["id"] for each in shop.body("GET", "/v1/broadcasts")["broadcasts"]] == [1, 12]
    trigger = {"id": 1, "broadcast_id": 12, "created_at": NOW + 10, "processed_at": NOW + 10}
    assert shop.body("GET", "/v1/broadcasts/12/triggers") == {"triggers": [trigger]}
    assert shop.body("GET", "/v1/campaigns/12/triggers/1") == trigger
    assert shop.body("GET", "/v1/broadcasts/13/triggers") == {"triggers": []}
    assert shop("GET", "/v1/campaigns/12/triggers/2").answer.status == 404


def test_errors_of_a_trigger(shop: SandboxClient) -> None:
    """They come in pages whose `next` is the number of errors before it."""
    shop("POST", "/v1/campaigns/12/triggers", {"ids": ["44", "45", "46"]})
    target = "/v1/campaigns/12/triggers/2/errors"
    first = shop.body("GET", f"{target}?limit=2")
    assert (len(first["errors"]), first["next"]) == (2, 2)
    rest = shop.body("GET", f"{target}?limit=2&start=2")
    assert (rest["errors"], rest["next"]) == (["line 3: no person has this id"], 0)
    assert len(shop.body("GET", target)["errors"]) == 3


def test_a_described_workspace(described: SandboxClient) -> None:
    """What the file does not name does not exist, and a trigger makes no broadcast."""
    described.identify("42")
    for target in (
        "/v1/campaigns/2",
        "/v1/campaigns/1/actions/1",
        "/v1/campaigns/2/actions",
        "/v1/broadcasts/1/triggers",
    ):
        assert described("GET", target).answer.status == 404
    assert described("PUT", "/v1/campaigns/1/actions/1", {}).answer.status == 404
    for method in ("GET", "PUT"):
        assert described(method, "/v1/campaigns/1/actions/1/language/de", {}).answer.status == 404
    described.body("POST", "/v1/campaigns/12/triggers", {"ids": ["42"]})
    assert described.body("GET", "/v1/broadcasts") == {"broadcasts": []}
    assert [each["id"] for each in described.body("GET", "/v1/segments")["segments"]] == [7]
