"""The ids of events that were received."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.people.event_ids import EventIds
from pytest_customerio.tools.sandbox.workspace.people.person import Event


def test_repeated_events() -> None:
    """An id counts once; an event without an id is always new."""
    ids = EventIds()
    assert ids.repeated(Event("a", "event", 1, {}, "1")) == ()
    assert ids.repeated(Event("b", "event", 2, {}, "1")) == ("ignored: an event with this id came before",)
    assert [ids.repeated(Event("c", "event", 3, {})) for _ in range(2)] == [(), ()]
    assert list(ids) == ["1"]
