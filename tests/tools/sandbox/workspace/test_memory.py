"""The size of a workspace is bounded."""

from __future__ import annotations

from typing import Any

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.memory import Memory, weigh
from pytest_customerio.tools.sandbox.workspace.people.person import Event
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

MB = 1024 * 1024
LARGE = "x" * MB


def filled(people: int = 0, deliveries: int = 0) -> Workspace:
    """A workspace with people and messages of about one megabyte each."""
    workspace = Workspace()
    for number in range(people):
        workspace.identify(("id", str(number)), {"note": f"{number}{LARGE}"}, 0)
    for number in range(deliveries):
        body = f"{number}{LARGE}"
        workspace.add_delivery(Delivery(str(number), "app.send_email", "", "", body, "", "queued", 0))
    return workspace


def test_the_oldest_are_removed() -> None:
    """When more was received than fits, the oldest people go, and the answer says so."""
    workspace = filled(people=10)
    memory = Memory(workspace, limit=4 * MB)
    assert memory.receive(10 * MB) == ("the sandbox keeps about 4 MB: the oldest people are gone",)
    assert [each.display_name for each in workspace.people] == ["7", "8", "9"]
    assert memory.receive(10 * MB) == ()


def test_the_largest_kind_goes_first() -> None:
    """Few people stay where the messages are what fills the memory."""
    workspace = filled(people=1, deliveries=10)
    assert Memory(workspace, limit=4 * MB).receive(10 * MB) == (
        "the sandbox keeps about 4 MB: the oldest messages are gone",
    )
    assert (len(workspace.people), list(workspace.deliveries)) == (1, ["8", "9"])


def test_little_is_not_measured() -> None:
    """Nothing is removed before a sixteenth of the limit was received since the last time."""
    workspace = filled(people=10)
    memory = Memory(workspace, limit=4 * MB)
    assert memory.receive(MB // 8) == ()
    assert len(workspace.people) == 10
    assert memory.receive(MB // 8)


def test_what_is_made_counts() -> None:
    """A small request may become a large message: what was made of it counts as received."""
    workspace = filled(deliveries=10)
    memory = Memory(workspace, limit=4 * MB)
    assert memory.receive(1)
    assert (len(workspace.deliveries), memory.receive(1)) == (3, ())


def test_every_kind_is_bounded() -> None:
    """Objects, visitors, forms, files, segments, triggers and suppressions are removed too."""
    workspace = filled(people=1)
    acme = workspace.objects.find_or_create(("1", "acme"))
    assert acme is not None
    acme.attributes["note"] = LARGE
    workspace.add_visitor_event("v", Event("seen", "event", 0, {"note": LARGE}))
    workspace.forms["f"] = [{"note": LARGE}]
    workspace.files[1] = LARGE
    workspace.segment(1).description = LARGE
    workspace.esp_suppressions.add("bounces", LARGE, 1)
    workspace.people.suppress(("id", LARGE))
    Memory(workspace, limit=0).receive(1)
    kinds: tuple[Any, ...] = (
        workspace.people,
        workspace.objects.all,
        workspace.visitors.events,
        workspace.forms,
        workspace.files,
        workspace.segments,
        workspace.esp_suppressions,
        workspace.people.suppressed,
    )
    assert [len(each) for each in kinds] == [0] * len(kinds)


def test_the_size_of_a_value() -> None:
    """Everything in a value is counted, in containers and in the fields of dataclasses."""
    event = Event("seen", "event", 0, {"list": [LARGE], "tuple": (LARGE,)})
    assert 2 * MB < weigh(event) < 2.1 * MB
