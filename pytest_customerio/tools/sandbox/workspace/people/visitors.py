"""The anonymous visitors of a workspace: their events, and the people they turned out to be."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.workspace.people.person import Event

MAX_VISITORS = 10_000
LINK_WINDOW = 30 * 86_400  # docs.customer.io/journeys/anonymous-events


class Visitors:
    """The visitors by anonymous id: `events` of those who are nobody yet, `people` with the cio_id of the others."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}
        self.people: dict[str, str] = {}

    def add(self, visitor: str, event: Event) -> None:
        """Add an event; the visitor who came first is removed when there are too many."""
        events = self.events.get(visitor, [])
        events.append(event)
        put_bounded(self.events, visitor, events, MAX_VISITORS)

    def identify(self, visitor: str, cio_id: str, at: int) -> list[Event]:
        """Note that a visitor is this person, and take the recent events of the visitor."""
        put_bounded(self.people, visitor, cio_id, MAX_VISITORS)
        return [each for each in self.events.pop(visitor, ()) if each.timestamp >= at - LINK_WINDOW]

    def give(self, former: str, cio_id: str) -> None:
        """Give the visitors of one person to another."""
        moved = [each for each, known in self.people.items() if known == former]
        self.people.update(dict.fromkeys(moved, cio_id))
