"""The page of all people, and the page of one person with the whole story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.answering.json_views import person_summary_json, searched_text
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.formatting import shorten, show_compact, show_payload, show_start, show_time
from pytest_customerio.tools.sandbox.pages.frame import MOST_ATTRIBUTES, PEOPLE, Context, first, frame, rows
from pytest_customerio.tools.sandbox.pages.object_pages import object_row
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.entries import visited
from pytest_customerio.tools.sandbox.pages.scanning import scan
from pytest_customerio.tools.sandbox.pages.story import KINDS, story
from pytest_customerio.tools.sandbox.workspace.people.person import Event, Person

MOST_VISITORS = 20


def people_page(service: Service, query: Query) -> Context:
    """The people whose identifiers or attributes contain the words of a query, newest first; without words also the
    anonymous visitors, who are nobody yet.
    """
    found = scan(reversed(service.workspace.people), searched_text, query)
    people = [_person_row(person_summary_json(each)) for each in found.entries]
    visitors = {} if query.narrow or query.start else service.workspace.visitors.events
    return {
        **frame(service, "people", query),
        "people": people,
        "visitors": [_visitor_row(name, visitors[name]) for name in islice(reversed(visitors), MOST_VISITORS)],
        "visitors_total": len(visitors),
        **found.links(query, PEOPLE),
    }


def person_page(service: Service, cio_id: str, query: Query) -> Context | None:
    """One person with attributes, devices, segments and objects, and a page of the story, newest first."""
    person = service.workspace.people.find(("cio_id", cio_id))
    if person is None:
        return None
    path = f"{PEOPLE}/{person.cio_id}"
    found = story(service, person, query.kind)
    moments, links = rows(found.moments, query, path)
    kinds = [(label, query.address(path, kind=kind, start=0), kind == query.kind) for kind, label in KINDS.items()]
    return {
        **frame(service, "people", query),
        **_profile(service, person),
        "story": moments,
        "unsearched": found.unsearched,
        "kinds": kinds,
        **links,
    }


def _visitor_row(name: str, events: Sequence[Event]) -> Context:
    """An anonymous visitor, with the last events, newest first."""
    last = [shorten(each.name or visited(each.data) or each.type, 40) for each in islice(reversed(events), 4)]
    return {"name": shorten(name, 80), "events": len(events), "last": last}


def _person_row(summary: Mapping[str, Any]) -> Context:
    identifiers = dict(summary["identifiers"])
    name = next(iter(identifiers.values()), f"cio_{summary['cio_id']}")
    attributes = [(key, show_start(value, 40)) for key, value in islice(summary["attributes"].items(), 4)]
    return {
        **summary,
        "name": shorten(name, 80),
        "others": [shorten(each, 80) for each in identifiers.values() if each != name],
        "shown": attributes,
        "more": len(summary["attributes"]) - len(attributes),
    }


def _attribute_row(person: Person, name: str, value: object) -> tuple[object, ...]:
    at = person.timestamps.get(name)
    return (name, *show_compact(value), None if at is None else show_time(at))


def _profile(service: Service, person: Person) -> Context:
    workspace = service.workspace
    names, more_attributes = first(person.attributes, MOST_ATTRIBUTES)
    devices, more_devices = first(person.devices)
    segments, more_segments = first([each for each in workspace.segments.values() if person.cio_id in each.members])
    relationships, more_objects = first(person.relationships)
    related = (workspace.objects.find(("", each)) for each in relationships)
    return {
        "person": person,
        "name": shorten(person.display_name, 80),
        "attributes": [_attribute_row(person, name, person.attributes[name]) for name in names],
        "more_attributes": more_attributes,
        "devices": [(token, show_payload(person.devices[token])[0]) for token in devices],
        "more_devices": more_devices,
        "segments": segments,
        "more_segments": more_segments,
        "objects": [object_row(each) for each in related if each],
        "more_objects": more_objects,
    }
