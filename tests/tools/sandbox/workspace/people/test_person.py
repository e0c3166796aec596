"""One person."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.people.person import MAX_EVENTS, Event, Person, set_attribute


def event(number: int) -> Event:
    """An event with a number as its name."""
    return Event(str(number), "event", number, {})


def test_events_are_bounded() -> None:
    """The oldest events are removed."""
    ada = Person("a31")
    ada.add_events(map(event, range(MAX_EVENTS + 1)))
    assert (len(ada.events), ada.events[0].name) == (MAX_EVENTS, "1")
    ada.add_events([event(7)])
    assert (len(ada.events), ada.events[0].name, ada.events[-1].name) == (MAX_EVENTS, "2", "7")


def test_a_topic_leaves_the_earlier_value_as_it_was() -> None:
    """What the activity log or a payload holds of the preferences does not change with them."""
    ada = Person("a31")
    given = {"topics": {"topic_1": True}}
    set_attribute(ada, "cio_subscription_preferences", given, 1)
    set_attribute(ada, "cio_subscription_preferences.topics.topic_2", False, 2)
    assert given == {"topics": {"topic_1": True}}
    assert ada.attributes["cio_subscription_preferences"] == {"topics": {"topic_1": True, "topic_2": False}}
