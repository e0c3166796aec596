"""Imports and live notifications through the App API."""

from __future__ import annotations

from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.api.app.inventory.imports import NOT_READ


def test_imports(ask: SandboxClient) -> None:
    """An import is about to begin when it is accepted, and done when it is read; no file is read."""
    given = {"data_file_url": "https://example.com/a.csv", "type": "people", "name": "people", "identifier": "id"}
    reply = ask("POST", "/v1/imports", {"import": given})
    assert reply.notes == (NOT_READ,)
    created = ask.body("POST", "/v1/imports", {"import": given})["import"]
    assert (created["id"], created["state"], created["type"], created["created_at"]) == (
        2,
        "preprocessing",
        "people",
        NOW,
    )
    read = ask.body("GET", "/v1/imports/2")["import"]
    assert (read["state"], read["rows_imported"]) == ("imported", 0)
    assert ask("GET", "/v1/imports/3").answer.status == 404


def test_live_notifications(ask: SandboxClient) -> None:
    """Each has an id, which the answer to its start names; it ends when it is ended, or after six hours."""
    given = {"notification_type": "orders", "identifiers": {"id": "42"}, "attributes": {}, "content_state": {}}
    key = ask.body("POST", "/v1/live_notifications/start", {**given, "platform": "ios"})["instance_id"]
    read = ask.body("GET", f"/v1/live_notifications/{key}")
    assert (len(key), read["instance_id"], read["state"], read["notification_type"]) == (26, key, "active", "orders")
    assert (read["started_at"], read["expires_at"], read["ended_at"]) == (NOW, NOW + 21_600, None)
    for operation, state in (("update", "active"), ("end", "ended")):
        ask.later(1)
        assert ask.body("POST", f"/v1/live_notifications/{operation}", {"instance_id": key}) == {"instance_id": key}
        read = ask.body("GET", f"/v1/live_notifications/{key}")
        assert (read["last_delivery"]["operation"], read["state"]) == (operation, state)
    assert read["ended_at"] == NOW + 2
    other = ask.body("POST", "/v1/live_notifications/start", {**given, "expiration": NOW + 60})["instance_id"]
    ask.later(60)
    assert ask.body("GET", f"/v1/live_notifications/{other}")["state"] == "expired"


def test_an_unknown_live_notification(ask: SandboxClient) -> None:
    """It is not found; what happens to a change of it is not published, so that it is accepted."""
    assert ask("GET", "/v1/live_notifications/01JDGZ5K8W3M9Q2X7B4N6C1D0E").answer.status == 404
    unknown = {"instance_id": "01JDGZ5K8W3M9Q2X7B4N6C1D0E"}
    notes = ask.notes("POST", "/v1/live_notifications/update", unknown)
    assert notes == ("nothing to do: there is no such live notification",)
    for method, target, payload in (("GET", "other", None), ("POST", "end", {"instance_id": "other"})):
        assert ask(method, f"/v1/live_notifications/{target}", payload).answer.status == 400
