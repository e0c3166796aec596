"""Anonymous visitors, and the people they turn out to be."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.people import visitors as module
from pytest_customerio.tools.sandbox.workspace.people.person import Event
from pytest_customerio.tools.sandbox.workspace.people.visitors import LINK_WINDOW, Visitors

OLD, NEW = Event("old", "event", 1, {}), Event("new", "event", 100, {})


def test_a_visitor_turns_out_to_be_a_person() -> None:
    """Only events within the window become those of the person; the visitor is nobody's from then on."""
    visitors = Visitors()
    visitors.add("v", OLD)
    visitors.add("v", NEW)
    assert visitors.identify("v", "a31", 2 + LINK_WINDOW) == [NEW]
    assert (visitors.events, visitors.people) == ({}, {"v": "a31"})
    assert visitors.identify("v", "a32", 2 + LINK_WINDOW) == []
    visitors.give("a32", "a33")
    assert visitors.people == {"v": "a33"}


def test_too_many_visitors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor who came first is removed when there are too many."""
    monkeypatch.setattr(module, "MAX_VISITORS", 1)
    visitors = Visitors()
    for name in ("v", "w"):
        visitors.add(name, NEW)
    assert visitors.events == {"w": [NEW]}
