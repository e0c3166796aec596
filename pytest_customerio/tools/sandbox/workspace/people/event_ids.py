"""The ids of events that a workspace has received: an event whose id came before is ignored."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Notes

MAX_EVENT_IDS = 100_000


class EventIds(dict[str, None]):
    """The last ids, oldest first."""

    def repeated(self, event: Event) -> Notes:
        """A note if an event with the same id was received before; otherwise the id is remembered."""
        if event.id in self:
            return ("ignored: an event with this id came before",)
        if event.id:
            put_bounded(self, event.id, None, MAX_EVENT_IDS)
        return ()
