"""Devices: when they were last used, and what became of the last push."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.devices import STATUS, add_device, note_push
from pytest_customerio.tools.sandbox.workspace.people.person import Person


def push(to: object = None, operation: str = "app.send_push") -> Delivery:
    """A message of one channel to some devices."""
    return Delivery("1", operation, "", "", "", "", "queued", 0, payload={"to": to})


def statuses(person: Person) -> list[str]:
    """What became of the last push to each device."""
    return [each["attributes"][STATUS] for each in person.devices.values()]


@pytest.fixture
def ada() -> Person:
    """A person with two devices, of which the first one was used later."""
    person = Person("a31")
    add_device(person, "d1", {"platform": "ios", "last_used": 9, "attributes": {"app": "1", STATUS: "sent"}}, 5)
    add_device(person, "d2", {"platform": "ios", "last_used": None}, 5)
    return person


def test_a_device(ada: Person) -> None:
    """Without a time it was used at the time of the call; its status cannot be set; what was known stays."""
    assert ada.devices == {
        "d1": {"id": "d1", "platform": "ios", "last_used": 9, "attributes": {"app": "1", STATUS: ""}},
        "d2": {"id": "d2", "platform": "ios", "last_used": 5, "attributes": {STATUS: ""}},
    }
    add_device(ada, "d1", {"platform": "android"}, 20)
    assert ada.devices["d1"] == {
        "id": "d1",
        "platform": "android",
        "last_used": 20,
        "attributes": {"app": "1", STATUS: ""},
    }


@pytest.mark.parametrize(
    ("to", "expected"),
    [("all", ["sent", "sent"]), (None, ["sent", "sent"]), ("last_used", ["sent", ""]), ("d2", ["", "sent"])],
)
def test_the_devices_of_a_push(ada: Person, to: object, expected: list[str]) -> None:
    """A push goes to all devices, to the one that was used last, or to the one that is named."""
    note_push(ada, push(to), "sent")
    assert statuses(ada) == expected


def test_a_push_that_fails(ada: Person) -> None:
    """After one it is bounced, after two suppressed; the device begins anew when it is identified again."""
    found = []
    for metric in ("bounced", "opened", "bounced", "bounced"):
        note_push(ada, push("d1"), metric)
        found.append(statuses(ada)[0])
    assert found == ["bounced", "bounced", "suppressed", "suppressed"]
    add_device(ada, "d1", {}, 30)
    assert statuses(ada) == ["", ""]
    note_push(ada, push("d1"), "delivered")
    add_device(ada, "d1", {}, 40)
    assert statuses(ada) == ["sent", ""]


def test_other_messages(ada: Person) -> None:
    """An e-mail changes no device, and a push to a person without devices changes nothing."""
    note_push(ada, push("all", "app.send_email"), "bounced")
    assert statuses(ada) == ["", ""]
    note_push(Person("a32"), push("last_used"), "sent")
