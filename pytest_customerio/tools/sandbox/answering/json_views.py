"""The state of a sandbox as JSON, for its own API and for its page."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from pytest_customerio.tools.sandbox.answering.faults import Fault
from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.objects import WorkspaceObject
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Person
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

JsonObject = dict[str, Any]
T = TypeVar("T")
LARGEST_PAGE = 1000


def request_json(request: LoggedRequest) -> JsonObject:
    """A request and its answer."""
    violations = [each._asdict() for each in request.violations]
    for each in violations:
        del each["sent_from"]
    fields = request._asdict()
    del fields["exchange"]
    return {**fields, "notes": list(request.notes), "violations": violations}


def event_json(event: Event) -> JsonObject:
    """An event."""
    return _fields(event)


def person_json(workspace: Workspace, person: Person) -> JsonObject:
    """All that a workspace knows of a person."""
    return {
        "cio_id": person.cio_id,
        "identifiers": person.identifiers,
        "attributes": person.attributes,
        "timestamps": person.timestamps,
        "unsubscribed": person.unsubscribed,
        "devices": list(person.devices.values()),
        "events": [event_json(each) for each in person.events],
        "relationships": [
            {**_key(target), "attributes": attributes}
            for cio_object_id, attributes in person.relationships.items()
            if (target := workspace.objects.find(("", cio_object_id)))
        ],
        "segments": [each.id for each in workspace.segments.values() if person.cio_id in each.members],
        "deliveries": [each.id for each in reversed(workspace.deliveries.of(person.cio_id))],
    }


def person_summary_json(person: Person) -> JsonObject:
    """A person in a list, with the number of devices and events."""
    return {
        "cio_id": person.cio_id,
        "identifiers": person.identifiers,
        "attributes": person.attributes,
        "unsubscribed": person.unsubscribed,
        "devices": len(person.devices),
        "events": len(person.events),
    }


def searched_text(person: Person) -> str:
    """The identifiers and attributes of a person as text."""
    return f"{person.cio_id} {as_text(person.identifiers)} {as_text(person.attributes)}"


def people_json(workspace: Workspace, words: str = "", start: int = 0, limit: int = 100) -> JsonObject:
    """A page of people, newest first, of those whose identifiers or attributes contain `words`."""
    wanted = words.casefold()
    people = (each for each in reversed(workspace.people) if not wanted or wanted in searched_text(each).casefold())
    listed, following = page_of(people, start, limit)
    people_shown = [person_summary_json(each) for each in listed]
    return {"people": people_shown, "next": following, "total": len(workspace.people)}


def deliveries_json(workspace: Workspace, start: int = 0, limit: int = 100) -> JsonObject:
    """A page of messages, newest first."""
    listed, following = page_of(reversed(workspace.deliveries.values()), start, limit)
    return {
        "deliveries": [delivery_json(each) for each in listed],
        "next": following,
        "total": len(workspace.deliveries),
    }


def page_of(entries: Iterable[T], start: int, limit: int) -> tuple[list[T], int | None]:
    """The entries from the position `start` on, and the position of the next page if there is one."""
    size = min(limit, LARGEST_PAGE)
    page = list(islice(entries, start, start + size + 1))
    return page[:size], start + size if len(page) > size else None


def delivery_json(delivery: Delivery) -> JsonObject:
    """A message."""
    metrics = [{"metric": name, "timestamp": at} for name, at in delivery.metrics]
    return {**_fields(delivery), "metrics": metrics}


def workspace_json(workspace: Workspace, words: str = "", start: int = 0, limit: int = 100) -> JsonObject:
    """The segments, objects, anonymous visitors and suppressed identifiers of a workspace that contain `words`.

    A page has the entries of each of the four lists from `start` on; `next` is null when the longest has ended.
    """
    wanted, objects = words.casefold(), workspace.objects.all
    lists: Mapping[str, Iterable[JsonObject]] = {
        "segments": map(_segment, workspace.segments.values()),
        "objects": map(_object, objects),
        "visitors": (_visitor(name, events) for name, events in workspace.visitors.events.items()),
        "suppressed": ({"kind": kind, "value": value} for kind, value in workspace.people.suppressed),
    }
    pages = {
        name: page_of((each for each in entries if not wanted or wanted in as_text(each).casefold()), start, limit)
        for name, entries in lists.items()
    }
    following = [position for _, position in pages.values() if position is not None]
    totals = {
        "segments": len(workspace.segments),
        "objects": len(objects),
        "visitors": len(workspace.visitors.events),
        "suppressed": len(workspace.people.suppressed),
    }
    listed = {name: entries for name, (entries, _) in pages.items()}
    return {**listed, "next": following[0] if following else None, "totals": totals}


def fault_json(fault: Fault) -> JsonObject:
    """A fault, and how many requests have got it."""
    return _fields(fault)


def search_requests(requests: Iterable[LoggedRequest], words: str = "", operation: str = "") -> list[LoggedRequest]:
    """The requests of an operation or surface that contain `words`."""
    wanted = words.casefold()
    return [
        each
        for each in requests
        if (not operation or each.concerns(operation))
        and (not wanted or wanted in f"{each.operation} {each.path} {as_text(each.payload)} {each.case}".casefold())
    ]


def _fields(value: Event | Delivery | Fault) -> JsonObject:
    """The fields of a value by name; nested values stay as they are."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _segment(segment: Segment) -> JsonObject:
    return {
        "id": segment.id,
        "name": segment.name,
        "description": segment.description,
        **_first("members", segment.members),
    }


def _object(target: WorkspaceObject) -> JsonObject:
    related = {**_first("people", target.people), **_first("visitors", target.visitors)}
    return {**_key(target), "attributes": target.attributes, **related}


def _visitor(name: str, events: Sequence[Event]) -> JsonObject:
    """An anonymous visitor, with the last events."""
    last = [event_json(each) for each in events[-LARGEST_PAGE:]]
    return {"anonymous_id": name, "events": last, "events_total": len(events)}


def _first(name: str, values: Collection[str]) -> JsonObject:
    """The first values of what may be very many, and how many there are."""
    return {name: list(islice(values, LARGEST_PAGE)), f"{name}_total": len(values)}


def _key(target: WorkspaceObject) -> JsonObject:
    object_type_id, object_id = target.key
    return {"cio_object_id": target.cio_object_id, "object_type_id": object_type_id, "object_id": object_id}
