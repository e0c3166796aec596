"""What happened that a reporting webhook may tell."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import (
    Report,
    changes_subscription,
    first_metrics,
    subscription,
    subscription_reports,
)
from pytest_customerio.tools.sandbox.workspace.people.person import PREFERENCES, Person


def message(state: str) -> Delivery:
    """An e-mail in this state."""
    return Delivery("1", "app.send_email", "", "", "", "", state, 0)


@pytest.mark.parametrize(
    ("state", "suppressed", "expected"),
    [
        ("queued", False, ("sent", "opened")),
        ("draft", False, ("drafted",)),
        ("skipped", True, ("dropped",)),
        ("skipped", False, ()),
        ("scheduled", False, ()),
    ],
)
def test_what_becomes_of_a_message_at_once(state: str, suppressed: bool, expected: tuple[str, ...]) -> None:
    """A queued message gets the metrics of the settings that its channel has, another one that of its state."""
    assert first_metrics(message(state), ("sent", "opened", "read"), suppressed=suppressed) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["plan"], False), (["unsubscribed"], True), ([PREFERENCES], True), ([f"{PREFERENCES}.topics.topic_1"], True)],
)
def test_attributes_about_subscriptions(names: list[str], expected: bool) -> None:
    """Only an update that names one of these is looked at."""
    assert changes_subscription(names) is expected


def test_a_changed_subscription() -> None:
    """A person is subscribed or not, and the preferences changed; without a change nothing is reported."""
    ada = Person("a31", attributes={PREFERENCES: {"topics": {"topic_1": True}}})
    before = subscription(ada)
    assert list(subscription_reports(ada, before, 5)) == []
    ada.attributes[PREFERENCES]["topics"]["topic_1"] = False
    ada.attributes["unsubscribed"] = True
    found = [(each.metric, each.message) for each in subscription_reports(ada, before, 5)]
    assert found == [("unsubscribed", ""), (f"{PREFERENCES}_changed", "")]
    assert [each.metric for each in subscription_reports(ada, (True, None), 5)] == [f"{PREFERENCES}_changed"]
    assert subscription(None) == (False, None)


def test_the_message_of_a_report() -> None:
    """The id of the message."""
    assert Report("sent", 5, message("queued")).message == "1"
