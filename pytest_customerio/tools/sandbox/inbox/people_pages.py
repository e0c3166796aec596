"""The page of all people, and the page of one person."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.inbox.formatting import shorten, show_compact, show_payload, show_time, show_value
from pytest_customerio.tools.sandbox.inbox.frame import PAGE_SIZE, PEOPLE, Context, frame, rows
from pytest_customerio.tools.sandbox.inbox.message_pages import message_row
from pytest_customerio.tools.sandbox.inbox.query import Query
from pytest_customerio.tools.sandbox.service.json_views import people_json, person_json
from pytest_customerio.tools.sandbox.service.service import Service
from pytest_customerio.tools.sandbox.workspace.people import Event, Person


def people_page(service: Service, query: Query) -> Context:
    """The people whose identifiers or attributes contain the words of a query, newest first."""
    listed = people_json(service.workspace, query.words, query.start, PAGE_SIZE)
    return {
        **frame(service, "people", query),
        "people": [_person_row(each) for each in listed["people"]],
        "next": query.address(PEOPLE, start=listed["next"]) if listed["next"] else "",
        "first": query.address(PEOPLE, start=0) if query.start else "",
    }


def person_page(service: Service, cio_id: str, query: Query) -> Context | None:
    """One person with attributes, devices, segments, objects and messages, and a page of events, newest first."""
    person = service.workspace.people.find(("cio_id", cio_id))
    if person is None:
        return None
    path = f"{PEOPLE}/{person.cio_id}"
    events, links = rows(reversed(person.events), query, path)
    return {
        **frame(service, "people", query),
        **_profile(service, person),
        "events": [_event_row(each) for each in events],
        **links,
    }


def _person_row(summary: Mapping[str, Any]) -> Context:
    identifiers = dict(summary["identifiers"])
    name = next(iter(identifiers.values()), f"cio_{summary['cio_id']}")
    attributes = [(key, shorten(show_value(value), 40)) for key, value in islice(summary["attributes"].items(), 4)]
    return {
        **summary,
        "name": shorten(name, 80),
        "others": [shorten(each, 80) for each in identifiers.values() if each != name],
        "shown": attributes,
        "more": len(summary["attributes"]) - len(attributes),
    }


def _event_row(event: Event) -> tuple[object, ...]:
    return (event.name, event.type, show_time(event.timestamp), *show_compact(event.data))


def _attribute_row(person: Person, name: str, value: object) -> tuple[object, ...]:
    at = person.timestamps.get(name)
    return (name, *show_compact(value), None if at is None else show_time(at))


def _profile(service: Service, person: Person) -> Context:
    known = person_json(service.workspace, person)
    deliveries = service.workspace.deliveries
    return {
        "person": known,
        "name": shorten(person.display_name, 80),
        "attributes": [_attribute_row(person, name, value) for name, value in person.attributes.items()],
        "total": len(person.events),
        "devices": [(token, show_payload(device)[0]) for token, device in person.devices.items()],
        "segments": [service.workspace.segment(each) for each in known["segments"]],
        "relationships": [(each["object_type_id"], each["object_id"]) for each in known["relationships"]],
        "messages": [message_row(deliveries[each]) for each in reversed(known["deliveries"])][:PAGE_SIZE],
    }
