"""The page of all objects, and the page of one object."""

from __future__ import annotations

from itertools import islice

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.pages.formatting import shorten, show_compact, show_start
from pytest_customerio.tools.sandbox.pages.frame import (
    MOST_ATTRIBUTES,
    OBJECTS,
    PAGE_SIZE,
    PEOPLE,
    Context,
    first,
    frame,
    rows,
)
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.scanning import scan
from pytest_customerio.tools.sandbox.workspace.people.objects import WorkspaceObject


def objects_page(service: Service, query: Query) -> Context:
    """The objects whose key or attributes contain the words of a query, newest first."""
    found = scan(reversed(service.workspace.objects.all), _searched_text, query)
    links = found.links(query, OBJECTS)
    return {**frame(service, "objects", query), "objects": [object_row(each) for each in found.entries], **links}


def object_page(service: Service, cio_object_id: str, query: Query) -> Context | None:
    """One object, with a page of the people who have a relationship with it."""
    target = service.workspace.objects.find(("", cio_object_id))
    if target is None:
        return None
    names, more = first(target.attributes, MOST_ATTRIBUTES)
    people, links = rows(target.people, query, f"{OBJECTS}/{cio_object_id}")
    return {
        **frame(service, "objects", query),
        "object": object_row(target),
        "attributes": [(name, *show_compact(target.attributes[name])) for name in names],
        "more_attributes": more,
        "people": [_related_row(service, target, each) for each in people],
        "visitors": [shorten(each, 80) for each in islice(target.visitors, PAGE_SIZE)],
        "visitors_total": len(target.visitors),
        **links,
    }


def object_row(target: WorkspaceObject) -> Context:
    """An object in a list, with some of its attributes."""
    object_type, object_id = target.key
    shown = [(key, show_start(value, 40)) for key, value in islice(target.attributes.items(), 4)]
    return {
        "cio_object_id": target.cio_object_id,
        "type": shorten(object_type, 40),
        "id": shorten(object_id, 80),
        "shown": shown,
        "more": len(target.attributes) - len(shown),
        "people": len(target.people),
        "visitors": len(target.visitors),
    }


def _related_row(service: Service, target: WorkspaceObject, cio_id: str) -> tuple[str, ...]:
    """Address and name of a person, and the attributes of the relationship."""
    person = service.workspace.people.find(("cio_id", cio_id))
    assert person is not None  # an object's people exist
    attributes = show_compact(person.relationships.get(target.cio_object_id, {}))[0]
    return f"{PEOPLE}/{cio_id}", shorten(person.display_name, 80), attributes


def _searched_text(target: WorkspaceObject) -> str:
    return f"{'/'.join(target.key)} {target.cio_object_id} {as_text(target.attributes)}"
