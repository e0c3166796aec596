"""The activity log of a workspace."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.activities import MAX_ACTIVITIES, ActivityLog, channel
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Person
from pytest_customerio.tools.sandbox.workspace.people.visitors import LINK_WINDOW
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def logged(workspace: Workspace) -> list[str]:
    """The types of the activities, oldest first."""
    return [each.type for each in workspace.activities]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("app.send_email", "email"), ("app.trigger_broadcast", "email"), ("app.send_sms", "twilio")],
)
def test_channels(operation: str, expected: str) -> None:
    """A channel has the name that types of activities have."""
    assert channel(Delivery("1", operation, "", "", "", "", "queued", 0)) == expected


def test_the_oldest_go() -> None:
    """The log keeps the last entries, which have ever greater numbers."""
    log, ada = ActivityLog(), Person("a31")
    for at in range(MAX_ACTIVITIES + 1):
        log.add("event", ada, at)
    assert next(iter(log)).number == 2
    log.remove_oldest()
    assert (next(iter(log)).number, next(reversed(log)).number) == (3, MAX_ACTIVITIES + 1)
    assert [each.number for each in log.of("a31")] == list(range(MAX_ACTIVITIES + 1, 2, -1))


def test_activities_of_a_person() -> None:
    """They are listed newest first; those of two people become those of one in their common order."""
    log, ada, bob = ActivityLog(), Person("a31"), Person("a32")
    for at, person in enumerate((ada, bob, ada)):
        log.add("event", person, at)
    log.give(bob, ada)
    log.give(bob, ada)
    assert [each.number for each in log.of("a31")] == [3, 2, 1]
    assert {each.cio_id for each in log} == {"a31"}
    assert list(log.of("a32")) == []
    for _ in range(3):
        log.remove_oldest()
    assert list(log.of("a31")) == list(log) == []


def test_who_is_suppressed_leaves_no_trace() -> None:
    """The entries of a suppressed person say only what kind of thing happened; those of others stay."""
    workspace = Workspace()
    workspace.identify(("id", "1"), {"plan": "pro"}, 100)
    workspace.add_event(("id", "1"), Event("bought", "event", 103, {"total": 5}))
    workspace.add_event(("id", "2"), Event("bought", "event", 104, {"total": 5}))
    workspace.suppress(("id", "1"))
    redacted = [each for each in workspace.activities if not each.identifiers]
    assert [each.type for each in redacted] == ["profile_create", "attribute_change", "event", "profile_delete"]
    assert {(each.name, *each.data) for each in redacted} == {("",)}
    assert list(workspace.activities.of(redacted[0].cio_id)) == redacted[::-1]
    assert [(each.name, each.data) for each in workspace.activities if each.type == "event"][1] == (
        "bought",
        {"total": 5},
    )


def test_what_is_logged() -> None:
    """People, their attributes, devices and events, and merges."""
    workspace = Workspace()
    workspace.identify(("id", "1"), {"plan": "pro"}, 100)
    workspace.identify(("id", "1"), {"plan": "pro"}, 101)
    workspace.identify(("id", "1"), {"plan": "basic", "email": "a@example.com"}, 102)
    workspace.add_device(("id", "1"), "device-1", {})
    workspace.add_event(("id", "2"), Event("bought", "event", 103, {}))
    workspace.merge(("id", "1"), ("id", "2"))
    assert logged(workspace) == [
        "profile_create",
        "attribute_change",
        "attribute_change",
        "device_change",
        "profile_create",
        "event",
        "profile_merge",
    ]
    first = next(iter(workspace.people))
    assert {each.cio_id for each in workspace.activities} == {first.cio_id}
    changed = [each.data for each in workspace.activities if each.type == "attribute_change"]
    assert changed == [
        {"plan": ("", "pro")},
        {"plan": ("pro", "basic"), "email": ("", "a@example.com")},
    ]


def test_a_visitor_who_is_identified() -> None:
    """The events of the visitor are logged for the person, after an entry that says so."""
    workspace = Workspace()
    workspace.add_visitor_event("v", Event("old", "event", 1, {}))
    workspace.add_visitor_event("v", Event("new", "event", 2, {}))
    workspace.identify(("id", "1"), {"anonymous_id": "v"}, 2 + LINK_WINDOW)
    assert logged(workspace)[-2:] == ["anon_merge", "event"]
