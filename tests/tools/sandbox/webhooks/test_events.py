"""The events of messages and people."""

from __future__ import annotations

from typing import Any

from for_each import for_each

from pytest_customerio.contract.webhook_events import metrics, violations
from pytest_customerio.tools.sandbox.webhooks.events import build_event, event_id, with_content
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import Report
from pytest_customerio.tools.sandbox.workspace.people.person import Person

ADA = Person("a3", {"id": "42", "email": "ada@example.com"}, devices={"t1": {"platform": "ios"}, "t2": {}})
SENDS = {
    "email": "send_email",
    "push": "send_push",
    "sms": "send_sms",
    "whatsapp": "send_whatsapp",
    "in_app": "send_in_app",
}


def delivery(channel: str = "email", **members: Any) -> Delivery:
    """A message."""
    defaults = {"to": "ada@example.com", "subject": "Hello", "body": "", "plain": "", "state": "queued", "queued_at": 5}
    return Delivery("d1", f"app.{SENDS[channel]}", **{"template": "3", **defaults, **members})


def event_of(metric: str, one: Delivery | None, person: Person | None = ADA, **members: Any) -> Any:
    """The event about a metric."""
    built = build_event(Report(metric, 5, one, person, members))
    assert built is not None
    assert violations(built[1]) == []
    return built[1]


@for_each(("channel", "metric"), [(one, each) for one in SENDS for each in metrics()[one]])
def test_each_event_satisfies_its_schema(channel: str, metric: str) -> None:
    """Each metric of each channel, with a person and without."""
    for person in (ADA, None):
        event = event_of(metric, delivery(channel), person)
        assert (event["object_type"], event["metric"], event["data"]["delivery_id"]) == (channel, metric, "d1")


def test_what_it_says_of_an_email() -> None:
    """It names the person, the template and the address; a click leads to the first link of the message."""
    data = event_of("clicked", delivery(body='<a href="https://example.com/a">a</a>'))["data"]
    assert data == {
        "transactional_message_id": 3,
        "customer_id": "42",
        "identifiers": {"id": "42", "email": "ada@example.com", "cio_id": "a3"},
        "delivery_id": "d1",
        "recipient": "ada@example.com",
        "subject": "Hello",
        "href": "https://example.com/a",
        "link_id": 1,
    }
    assert event_of("clicked", delivery())["data"]["href"] == "https://example.com/"
    assert event_of("bounced", delivery(), failure_message="full")["data"]["failure_message"] == "full"
    assert event_of("sent", delivery(template="receipt"))["data"]["transactional_message_id"] == "receipt"


def test_a_push_has_devices() -> None:
    """Each device of the person is listed; a bounce says why at each."""
    devices = event_of("sent", delivery("push"))["data"]["recipients"]
    assert devices == [{"device_id": "t1", "device_platform": "ios"}, {"device_id": "t2"}]
    person = Person("a3", devices={"t1": {"platform": "ios"}})
    assert event_of("bounced", delivery("push"), person)["data"]["recipients"][0]["failure_message"]


def test_a_reply_and_a_broadcast() -> None:
    """A reply goes to the sender of the message; the message of a broadcast names it."""
    assert event_of("replied", delivery("sms", payload={"from": "+1555"}))["data"]["to"] == "+1555"
    data = event_of("sent", delivery(broadcast=7, trigger=2))["data"]
    assert (data["broadcast_id"], data["trigger_id"], "transactional_message_id" in data) == (7, 2, False)


def test_events_about_a_person() -> None:
    """Without a message the event is about the person; changed preferences are in it as text."""
    assert event_of("unsubscribed", None)["object_type"] == "customer"
    person = Person("a3", {"id": "42"}, {"cio_subscription_preferences": {"topics": {"topic_1": True}}})
    data = event_of("cio_subscription_preferences_changed", None, person)["data"]
    assert (data["content"], data["email_address"]) == ('{"topics":{"topic_1":true}}', None)


def test_a_metric_that_is_not_reported() -> None:
    """A metric that no webhook knows makes no event."""
    assert build_event(Report("deferred", 5, delivery(), ADA)) is None


def test_the_content() -> None:
    """Only the event that a message was sent has its text."""
    sent = event_of("sent", delivery())
    assert with_content(sent, delivery(body="<b>hi</b>"))["data"]["content"] == "<b>hi</b>"
    assert with_content(sent, delivery(plain="hi"))["data"]["content"] == "hi"
    opened = event_of("opened", delivery())
    assert with_content(opened, delivery(body="hi")) is opened
    about = event_of("subscribed", None)
    assert with_content(about, None) is about


def test_ids_differ() -> None:
    """An id has the form of a ULID."""
    assert len({event_id() for _ in range(100)}) == 100
    assert len(event_id()) == 26
