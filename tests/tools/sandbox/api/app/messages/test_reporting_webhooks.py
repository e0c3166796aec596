"""The App API's reporting webhooks."""

from __future__ import annotations

from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.api.app.messages.reporting_webhooks import MAX_WEBHOOKS

PATH = "/v1/reporting_webhooks"
GIVEN = {"name": "crm", "endpoint": "http://127.0.0.1:9/hook", "events": ["email_sent"], "with_content": True}


def test_create_read_update_delete(ask: SandboxClient) -> None:
    """Each call answers with the webhook as it is; an update leaves what it does not name."""
    created = ask.body("POST", PATH, GIVEN)
    one = f"{PATH}/{created['id']}"
    assert created == {**GIVEN, "id": created["id"], "type": "webhook", "disabled": False, "full_resolution": False}
    assert ask.body("GET", one) == created
    assert ask.body("PUT", one, {"disabled": True, "name": None}) == {**created, "disabled": True}
    assert ask.body("GET", PATH) == {"reporting_webhooks": [{**created, "disabled": True}]}
    assert ask("DELETE", one).answer.status == 204
    for method in ("GET", "PUT", "DELETE"):
        assert ask(method, one, {} if method == "PUT" else None).answer.status == 404
    assert ask.body("POST", PATH, GIVEN)["id"] == created["id"] + 1


def test_an_event_that_does_not_exist(ask: SandboxClient) -> None:
    """A webhook may name an event that does not exist; a note says so."""
    notes = ask.notes("POST", PATH, {**GIVEN, "events": ["email_sent", "email_snet"]})
    assert notes == ("never posted: there is no event email_snet",)


def test_another_machine(ask: SandboxClient) -> None:
    """A webhook may be elsewhere; a note says at once that nothing is posted to it, and what allows that."""
    said = "never posted: 192.0.2.7 is another machine; allow it with --allow-webhook-host 192.0.2.7"
    elsewhere = {**GIVEN, "endpoint": "http://192.0.2.7/hook"}
    assert ask.notes("POST", PATH, elsewhere) == (said,)
    number = ask.body("POST", PATH, GIVEN)["id"]
    assert ask.notes("PUT", f"{PATH}/{number}", elsewhere) == (said,)


def test_a_wrong_key(ask: SandboxClient) -> None:
    """Without the key nothing is read or changed."""
    assert ask("GET", PATH, headers={"authorization": "Bearer x"}).answer.status == 401


def test_there_is_a_bound(ask: SandboxClient) -> None:
    """Beyond a number of webhooks no more are added."""
    for _ in range(MAX_WEBHOOKS):
        ask.service.add_webhook("http://127.0.0.1:9/")
    refused = ask("POST", PATH, GIVEN)
    assert refused.answer.status == 400
    assert b"the sandbox keeps 100 reporting webhooks at most" in refused.answer.body
