"""Which two people are one, and what the one who stays gets of the other (docs.customer.io/journeys/merge-people)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.workspace.deliveries import DeliveryStore
from pytest_customerio.tools.sandbox.workspace.people.activities import ActivityLog
from pytest_customerio.tools.sandbox.workspace.people.objects import WorkspaceObjects
from pytest_customerio.tools.sandbox.workspace.people.people import People
from pytest_customerio.tools.sandbox.workspace.people.person import (
    MAX_EVENTS,
    PREFERENCES,
    Identifier,
    Notes,
    Person,
)
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.people.visitors import Visitors


class HasPeople(Protocol):
    """What a workspace has that is of people."""

    people: People
    objects: WorkspaceObjects
    segments: dict[int, Segment]
    deliveries: DeliveryStore
    optouts: dict[str, dict[tuple[str, str], None]]
    visitors: Visitors
    activities: ActivityLog

    def remove_traces(self, person: Person) -> None:
        """Remove a person from everything but the people."""


def find_halves(people: People, identifier: Identifier, attributes: Mapping[str, Any]) -> tuple[Person, Person] | None:
    """The person who has only the id in a call, and the one who has only its e-mail address, the older one first."""
    kind = identifier[0]
    other_kind = {"id": "email", "email": "id"}.get(kind, "")
    other = str(attributes.get(other_kind) or "")
    if not other:
        return None
    one = people.find(identifier)
    if one is None or other_kind in one.identifiers:
        return None
    another = people.find((other_kind, other))
    if another is None or kind in another.identifiers:
        return None
    older, younger = sorted((one, another), key=lambda person: person.cio_id)
    return older, younger


def merge_profiles(first: Person, second: Person, at: int) -> None:
    """Give a person the attributes and devices of another that this person lacks, and all events."""
    for name, value in second.attributes.items():
        if name not in first.attributes:
            first.attributes[name], first.timestamps[name] = value, second.timestamps.get(name, at)
    _merge_preferences(first, second)
    first.devices = {**second.devices, **first.devices}
    events = sorted((*first.events, *second.events), key=lambda event: event.timestamp)
    first.events = events[-MAX_EVENTS:]


def _merge_preferences(first: Person, second: Person) -> None:
    """Give a person the subscription topics of another that this person lacks: each topic is merged by itself."""
    own, other = (mapping(each.attributes.get(PREFERENCES)) for each in (first, second))
    topics = {**mapping(other.get("topics")), **mapping(own.get("topics"))}
    if own and topics:
        first.attributes[PREFERENCES] = {**own, "topics": topics}


def merge_people(workspace: HasPeople, first: Person, second: Person) -> None:
    """Give the first person what the second one has in a workspace, and remove the second."""
    merge_profiles(first, second, workspace.people.now)
    workspace.people.by_attribute.note(first)
    workspace.objects.merge(first, second)
    for segment in workspace.segments.values():
        if second.cio_id in segment.members:
            segment.members[first.cio_id] = None
    workspace.deliveries.give(second.cio_id, first.cio_id)
    if optouts := workspace.optouts.get(second.cio_id):
        workspace.optouts.setdefault(first.cio_id, {}).update(optouts)
    workspace.visitors.give(second.cio_id, first.cio_id)
    workspace.activities.give(second, first)
    workspace.activities.add("profile_merge", first, workspace.people.now, data={"cio_id": second.cio_id})
    workspace.people.delete(second)
    workspace.people.inherit(first, second)
    workspace.remove_traces(second)


def merge_halves(workspace: HasPeople, identifier: Identifier, attributes: Mapping[str, Any]) -> Notes:
    """Merge the person who has only the id in a call with the one who has only its e-mail address.

    The older one stays (docs.customer.io/messaging/people/manage/merge-people#auto-merge).
    """
    halves = find_halves(workspace.people, identifier, attributes)
    if halves is None:
        return ()
    merge_people(workspace, *halves)
    return ("merged: one person had only this id, another only this e-mail address",)
