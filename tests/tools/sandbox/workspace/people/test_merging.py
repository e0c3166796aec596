"""Two people who are one."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.people.merging import find_halves, merge_profiles
from pytest_customerio.tools.sandbox.workspace.people.people import People
from pytest_customerio.tools.sandbox.workspace.people.person import PREFERENCES, Event, Identifier, Person


@pytest.mark.parametrize(
    ("identifier", "attributes", "found"),
    [
        (("id", "1"), {"email": "a@example.com"}, True),
        (("email", "a@example.com"), {"id": "1"}, True),
        (("email", "A@example.com"), {"id": 1}, True),
        (("id", "1"), {"email": "b@example.com"}, False),
        (("id", "1"), {"email": "other@example.com"}, False),
        (("id", "3"), {"email": "a@example.com"}, False),
        (("id", "2"), {"email": "a@example.com"}, False),
        (("id", "1"), {"email": None}, False),
        (("cio_id", "a30000000002"), {"email": "a@example.com"}, False),
    ],
)
def test_halves(identifier: Identifier, attributes: dict[str, object], found: bool) -> None:
    """One has only the id, the other only the address; the older one comes first."""
    people = People()
    lead, _ = people.identify(("email", "a@example.com"), {}, 1)
    half, _ = people.identify(("id", "1"), {}, 1)
    people.identify(("id", "2"), {"email": "b@example.com"}, 1)
    assert find_halves(people, identifier, attributes) == ((lead, half) if found else None)


def test_subscription_topics() -> None:
    """Each topic is merged by itself: the one who stays keeps what both have, and gets the others."""
    first = Person("a31", attributes={PREFERENCES: {"topics": {"topic_1": True}}})
    second = Person("a32", attributes={PREFERENCES: {"topics": {"topic_1": False, "topic_2": False}}})
    merge_profiles(first, second, 5)
    assert first.attributes == {PREFERENCES: {"topics": {"topic_1": True, "topic_2": False}}}


def test_profiles() -> None:
    """What both have stays as it was; events are put in order."""
    first = Person("a31", attributes={"plan": "pro"}, timestamps={"plan": 1}, devices={"d": {"platform": "ios"}})
    second = Person("a32", attributes={"plan": "free", "age": 36, "nick": "A"}, timestamps={"age": 2})
    second.devices |= {"d": {"platform": "android"}, "e": {}}
    first.events.append(Event("late", "event", 9, {}))
    second.events.append(Event("early", "event", 1, {}))
    merge_profiles(first, second, 5)
    assert first.attributes == {"plan": "pro", "age": 36, "nick": "A"}
    assert first.timestamps == {"plan": 1, "age": 2, "nick": 5}
    assert first.devices == {"d": {"platform": "ios"}, "e": {}}
    assert [each.name for each in first.events] == ["early", "late"]
