"""Imports and live notifications through the App API."""

from __future__ import annotations

from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.app_api.imports import NOT_READ


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
    """A notification is known by the id of its instance."""
    started = ask.body("POST", "/v1/live_notifications/start", {})
    assert (started["operation"], started["status"], started["created_at"]) == ("start", "sent", NOW)
    for operation in ("update", "end"):
        ask.body("POST", f"/v1/live_notifications/{operation}", {"instance_id": started["id"]})
        assert ask.body("GET", f"/v1/live_notifications/{started['id']}")["operation"] == operation
    assert ask("GET", "/v1/live_notifications/other").source == "synthetic"
