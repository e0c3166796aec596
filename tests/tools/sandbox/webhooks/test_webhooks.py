"""What reporting webhooks get."""

from __future__ import annotations

from typing import Any

import pytest
from receiving import receiving
from sandbox_client import NOW, SandboxClient

from pytest_customerio.contract.webhook_events import violations
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.settings import Settings

EMAIL = {
    "transactional_message_id": 3,
    "to": "ada@example.com",
    "identifiers": {"id": "42"},
    "subject": "Hi",
    "body": "B",
}


def send(ask: SandboxClient, **members: Any) -> None:
    """Send an e-mail."""
    ask.body("POST", "/v1/send/email", {**EMAIL, **members})


def settled(ask: SandboxClient) -> list[str]:
    """The name of each call, when all are done or wait."""
    ask.service.webhooks.settle()
    return [each.name for each in ask.service.webhooks.calls]


def test_the_life_of_a_message(ask: SandboxClient) -> None:
    """Sent and delivered are reported at once, everything else when it happens; each request is signed."""
    with receiving() as receiver:
        ask.service.add_webhook(receiver.url)
        send(ask)
        delivery = next(iter(ask.service.workspace.deliveries))
        ask("POST", "/api/v1/metrics", {"delivery_id": delivery, "metric": "opened", "timestamp": NOW + 9})
        click = {"delivery_id": delivery, "metric": "clicked", "href": "https://example.com/a"}
        ask("POST", "/api/v1/metrics", click)
        ask("POST", "/api/v1/metrics", {"delivery_id": delivery, "metric": "deferred"})
        event = ask.service.deliver("bounced", members={"failure_message": "full"})
        names = settled(ask)
    assert names == ["email_sent", "email_delivered", "email_opened", "email_clicked", "email_bounced"]
    assert receiver.metrics == ["sent", "delivered", "opened", "clicked", "bounced"]
    assert [violations(each) for each in receiver.events] == [[]] * 5
    assert receiver.is_signed(ask.service.keys.webhook)
    assert receiver.events[2]["timestamp"] == NOW + 9
    assert receiver.events[3]["data"]["href"] == "https://example.com/a"
    assert receiver.events[4] == event.payload
    assert (event.name, event.calls[0].state, event.payload["data"]["failure_message"]) == (
        "email_bounced",
        "accepted",
        "full",
    )
    assert ask.service.workspace.deliveries[delivery].metrics[0] == ("sent", NOW)


def test_a_bounce_has_an_effect(ask: SandboxClient) -> None:
    """The address is suppressed from then on: the next e-mail to it is dropped, with a note."""
    with receiving() as receiver:
        ask.service.add_webhook(receiver.url, ["email_bounced", "email_dropped"])
        send(ask)
        ask.service.deliver("bounced")
        notes = ask.notes("POST", "/v1/send/email", {**EMAIL, "to": "Ada@example.com"})
        settled(ask)
    assert notes == ("not sent: the e-mail provider does not deliver to this address (bounces)",)
    assert receiver.metrics == ["bounced", "dropped"]
    assert receiver.events[1]["data"]["failure_message"] == "the recipient is suppressed"
    found = ask.body("GET", "/v1/esp/search_suppression/ada@example.com")
    assert (found["category"], found["suppressions"][0]["email"]) == ("bounces", "ada@example.com")


def test_other_states_of_a_message(ask: SandboxClient) -> None:
    """A draft is reported as drafted, one to a suppressed person as dropped; a skipped one is not reported."""
    with receiving() as receiver:
        ask.service.add_webhook(receiver.url)
        send(ask, queue_draft=True)
        ask.identify("43", unsubscribed=True)
        send(ask, identifiers={"id": "43"}, send_to_unsubscribed=False)
        ask.notes("POST", "/api/v1/customers/44/suppress")
        send(ask, identifiers={"id": "44"})
        send(ask, send_at=NOW + 99)
        settled(ask)
    assert receiver.metrics == ["drafted", "unsubscribed", "dropped"]


def test_subscriptions_of_a_person(ask: SandboxClient) -> None:
    """A changed subscription is reported about the person; one that stays is not."""
    with receiving() as receiver:
        ask.service.add_webhook(receiver.url)
        for attributes in (
            {"unsubscribed": True},
            {"unsubscribed": True, "plan": "pro"},
            {"unsubscribed": False},
            {"cio_subscription_preferences.topics.topic_1": True},
            {"plan": "x"},
        ):
            ask.identify("42", **attributes)
        ask.identify("cio_nobody", unsubscribed=True)
        send(ask)
        delivery = next(iter(ask.service.workspace.deliveries))
        ask("POST", f"/unsubscribe/{delivery}")
        settled(ask)
    assert receiver.metrics[:3] == ["unsubscribed", "subscribed", "cio_subscription_preferences_changed"]
    assert receiver.events[2]["data"]["content"] == '{"topics":{"topic_1":true}}'
    assert (receiver.metrics[-1], receiver.events[-1]["object_type"]) == ("unsubscribed", "email")
    assert ask.person("id", "42").unsubscribed


def test_what_a_webhook_subscribes_to(ask: SandboxClient) -> None:
    """Only the named events, the first open and click unless all are wanted, the text if it is wanted."""
    with receiving() as few, receiving() as many:
        ask.service.add_webhook(few.url, ["email_sent", "email_opened"], with_content=True)
        ask.service.add_webhook(many.url, full_resolution=True)
        ask.service.add_webhook(few.url, disabled=True)
        send(ask)
        for metric in ("opened", "opened", "clicked", "clicked"):
            ask.service.deliver(metric)
        settled(ask)
    assert few.metrics == ["sent", "opened"]
    assert few.events[0]["data"]["content"] == "B"
    assert many.metrics == ["sent", "delivered", "opened", "opened", "clicked", "clicked"]
    assert "content" not in many.events[0]["data"]


def test_retries(ask: SandboxClient) -> None:
    """An event that is refused waits, and all later ones behind it; the same event is posted again, signed anew."""
    with receiving(500, 503) as receiver:
        ask.service.add_webhook(receiver.url, ["email_sent", "email_bounced"])
        send(ask)
        assert settled(ask) == ["email_sent"]
        ask.service.deliver("bounced")
        ask.later(60)
        ask.service.webhooks.retry()
        assert receiver.metrics == ["sent", "sent"]
        ask.service.webhooks.hurry()
        settled(ask)
        calls = list(ask.service.webhooks.calls)
    assert receiver.metrics == ["sent", "sent", "sent", "bounced"]
    assert len({each["event_id"] for each in receiver.events}) == 2
    assert [each["X-CIO-Timestamp"] for each in receiver.headers] == [str(NOW), *[str(NOW + 60)] * 3]
    assert [(each.state, [one.result.status for one in each.attempts]) for each in calls] == [
        ("accepted", [500, 503, 200]),
        ("accepted", [200]),
    ]
    assert [one.wait for one in calls[0].attempts] == [3600.0, 120.0, None]


def test_faults(ask: SandboxClient) -> None:
    """A forged request is posted once, also if it is refused; a duplicate is the same event twice."""
    with receiving(401) as receiver:
        ask.service.add_webhook(receiver.url, ["email_bounced"])
        send(ask)
        forged = ask.service.deliver("bounced", fault="wrong-signature")
        settled(ask)
        assert not receiver.is_signed(ask.service.keys.webhook)
        ask.service.deliver("bounced", fault="duplicate")
        ask.service.deliver("bounced", fault="unknown-metric")
        settled(ask)
    assert forged.calls[0].state == "given up"
    assert receiver.events[1] == receiver.events[2]
    assert receiver.metrics[3] == "sandbox_metric_of_tomorrow"


def test_what_cannot_happen(ask: SandboxClient) -> None:
    """Each refusal says what is possible; nothing is changed."""
    for arguments, text in (
        (("bounced",), "no message was sent yet"),
        (("bounced", None, "forged"), "no such fault of a webhook: 'forged'"),
    ):
        with pytest.raises(CannotError, match=text):
            ask.service.deliver(*arguments)
    send(ask)
    for arguments, text in (
        (("bouncd",), r"'bouncd' does not happen to a message of email; did you mean bounced\?"),
        (("x",), "known are drafted, attempted, sent"),
        (("bounced", "delivery-99"), r"there is no delivery 'delivery-99'; the last one is delivery-\d"),
    ):
        with pytest.raises(CannotError, match=text):
            ask.service.deliver(*arguments)
    with pytest.raises(CannotError, match="is no address of a webhook"):
        ask.service.add_webhook("nowhere")
    delivery = next(iter(ask.service.workspace.deliveries.values()))
    assert delivery.metrics == []
    assert ask.service.deliver("complained", delivery.id).name == "email_spammed"
    assert list(ask.service.workspace.esp_suppressions) == ["spam_reports"]


def test_webhooks_of_the_settings() -> None:
    """A webhook of the settings is there at the start and after a reset, with all events; others are gone."""
    with receiving() as receiver:
        ask = SandboxClient(Settings(webhooks=(receiver.url,), at_once=("sent", "opened")))
        ask.service.add_webhook(receiver.url)
        ask.service.reset()
        send(ask)
        settled(ask)
        listed = ask.body("GET", "/v1/reporting_webhooks")["reporting_webhooks"]
        ask.service.close()
    assert receiver.metrics == ["sent", "opened"]
    assert [each["endpoint"] for each in listed] == [receiver.url]
