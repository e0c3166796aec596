"""What a sandbox knows, as JSON: for the page, for `cio_sandbox` in another process, for whoever asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.api.app_format import text
from pytest_customerio.tools.sandbox.service.faults import Fault
from pytest_customerio.tools.sandbox.service.request_log import Received
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.objects import Thing
from pytest_customerio.tools.sandbox.workspace.people import Event, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Segment, Workspace

View = dict[str, Any]


def received(one: Received) -> View:
    """A request and what became of it."""
    violations = [dataclasses.asdict(each) for each in one.violations]
    for each in violations:
        del each["sent_from"]
    plain = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    return {**plain, "notes": list(one.notes), "violations": violations}


def event(one: Event) -> View:
    """An event."""
    return {"name": one.name, "type": one.type, "timestamp": one.timestamp, "data": one.data, "id": one.id}


def person(workspace: Workspace, one: Person) -> View:
    """A person with all that hangs on it."""
    return {
        "cio_id": one.cio_id,
        "identifiers": one.identifiers,
        "attributes": one.attributes,
        "timestamps": one.stamps,
        "unsubscribed": one.unsubscribed,
        "devices": list(one.devices.values()),
        "events": [event(each) for each in one.events],
        "relationships": [
            {**_key(found), "attributes": attributes}
            for each, attributes in one.relationships.items()
            if (found := workspace.things.find(("", each)))
        ],
        "segments": [each.id for each in workspace.segments.values() if one.cio_id in each.members],
        "deliveries": [each.id for each in workspace.deliveries.values() if each.person == one.cio_id],
    }


def summary(one: Person) -> View:
    """A person in a list."""
    return {
        "cio_id": one.cio_id,
        "identifiers": one.identifiers,
        "attributes": one.attributes,
        "unsubscribed": one.unsubscribed,
        "devices": len(one.devices),
        "events": len(one.events),
    }


def people(workspace: Workspace, words: str = "", start: int = 0, limit: int = 100) -> View:
    """A page of people, newest first; `words` must stand in an identifier or attribute."""
    wanted = words.casefold()
    found = (one for one in reversed(workspace.people) if not wanted or wanted in _said(one))
    page = list(islice(found, start, start + limit + 1))
    following = start + limit if len(page) > limit else None
    return {"people": [summary(each) for each in page[:limit]], "next": following, "total": len(workspace.people)}


def delivery(one: Delivery) -> View:
    """A message."""
    plain = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    return {**plain, "metrics": [{"metric": name, "timestamp": at} for name, at in one.metrics]}


def segment(one: Segment) -> View:
    """A segment."""
    return {"id": one.id, "name": one.name, "description": one.description, "members": list(one.members)}


def thing(one: Thing) -> View:
    """An object."""
    return {**_key(one), "attributes": one.attributes, "people": list(one.people), "visitors": list(one.visitors)}


def fault(one: Fault) -> View:
    """A fault that is at work."""
    return {"id": one.id, "case": one.case, "times": one.times, "operation": one.operation, "given": one.given}


def suppressed(workspace: Workspace) -> list[View]:
    """Whom the workspace never wants back."""
    return [{"kind": kind, "value": value} for kind, value in workspace.people.suppressed]


def visitors(workspace: Workspace) -> list[View]:
    """Who did something and is not known yet."""
    return [
        {"anonymous_id": name, "events": [event(each) for each in kept]} for name, kept in workspace.visitors.items()
    ]


def matching(found: Iterable[Received], words: str = "", operation: str = "") -> list[Received]:
    """Those of an operation or surface in which the words stand."""
    wanted = words.casefold()
    return [
        each
        for each in found
        if (not operation or operation in (each.operation, (each.operation or "").partition(".")[0]))
        and (not wanted or wanted in f"{each.operation} {each.path} {text(each.payload)} {each.case}".casefold())
    ]


def _said(one: Person) -> str:
    return f"{one.cio_id} {text(one.identifiers)} {text(one.attributes)}".casefold()


def _key(one: Thing) -> View:
    return {"cio_object_id": one.cio_object_id, "object_type_id": one.key[0], "object_id": one.key[1]}
