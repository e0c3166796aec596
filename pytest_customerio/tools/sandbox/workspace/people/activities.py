"""The activity log of a workspace: what happened to people, newest last. It is bounded: the oldest entries go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Person

MAX_ACTIVITIES = 10_000
_NOTHING: Mapping[str, Any] = {}
# The names of channels in types of activities such as `sent_email` (docs.customer.io/files/journeys-app.json).
CHANNELS: Mapping[str, str] = {
    "app.send_push": "push",
    "app.send_sms": "twilio",
    "app.send_whatsapp": "whatsapp",
    "app.send_in_app": "in_app",
    "app.send_inbox_message": "in_app",
}


class Activity(NamedTuple):
    """One entry.

    `type` is one of Customer.io's, such as `event`, `attribute_change` or `sent_email`. `identifiers` are those of the
    person with this `cio_id`, also after the person was deleted.
    """

    number: int
    type: str
    at: int
    cio_id: str
    identifiers: Mapping[str, str]
    name: str = ""
    data: Mapping[str, Any] = _NOTHING
    delivery: str = ""


class ActivityLog:
    """The last activities, of all people and of each."""

    def __init__(self) -> None:
        self._entries: deque[Activity] = deque()
        self._of_person: dict[str, list[Activity]] = {}  # no deque: an empty one has 600 bytes
        self._number = 0

    def __iter__(self) -> Iterator[Activity]:
        return iter(self._entries)

    def __reversed__(self) -> Iterator[Activity]:
        yield from reversed(self._entries)

    def of(self, cio_id: str) -> Iterator[Activity]:
        """The activities of a person, newest first."""
        yield from reversed(self._of_person.get(cio_id, []))

    def add(self, kind: str, person: Person, at: int, name: str = "", data: Mapping[str, Any] | None = None) -> None:
        """Add an entry about a person."""
        self._add(Activity(self._number + 1, kind, at, person.cio_id, person.identifiers, name, data or _NOTHING))

    def add_event(self, person: Person, event: Event) -> None:
        """Add an event of a person."""
        self.add(event.type, person, event.timestamp, event.name, event.data)

    def add_delivery(self, person: Person | None, delivery: Delivery, metric: str, at: int) -> None:
        """Add what happened to a message, such as `sent` or `opened`."""
        kind, identifiers = f"{metric}_{channel(delivery)}", person.identifiers if person else {}
        self._add(Activity(self._number + 1, kind, at, delivery.person, identifiers, delivery=delivery.id))

    def give(self, former: Person, person: Person) -> None:
        """Give the entries of one person to another."""
        moved = [
            each._replace(cio_id=person.cio_id, identifiers=person.identifiers)
            for each in self._of_person.pop(former.cio_id, ())
        ]
        self._replace(moved)
        if moved:
            together = (*moved, *self._of_person.get(person.cio_id, ()))
            self._of_person[person.cio_id] = sorted(together, key=lambda each: each.number)

    def redact(self, person: Person) -> None:
        """Leave nothing of a person in the entries but that something happened, as the service does for who is
        suppressed (docs.customer.io/journeys/deleting-users).
        """
        known = self._of_person[person.cio_id]
        known[:] = [each._replace(identifiers=_NOTHING, name="", data=_NOTHING) for each in known]
        self._replace(known)

    def remove_oldest(self) -> None:
        """Remove the oldest entry."""
        oldest = self._entries.popleft()
        listed = self._of_person[oldest.cio_id]
        del listed[0]
        if not listed:
            del self._of_person[oldest.cio_id]

    def _replace(self, changed: Iterable[Activity]) -> None:
        """Put these entries in the places of those with the same numbers."""
        by_number = {each.number: each for each in changed}
        if by_number:
            self._entries = deque(by_number.get(each.number, each) for each in self._entries)

    def _add(self, activity: Activity) -> None:
        self._number = activity.number
        self._entries.append(activity)
        listed = self._of_person.get(activity.cio_id)
        if listed is None:
            listed = self._of_person[activity.cio_id] = []
        listed.append(activity)
        if len(self._entries) > MAX_ACTIVITIES:
            self.remove_oldest()


def channel(delivery: Delivery) -> str:
    """The channel of a message, in Customer.io's word."""
    return CHANNELS.get(delivery.operation, "email")
