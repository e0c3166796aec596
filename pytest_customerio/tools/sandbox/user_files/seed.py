"""People, objects and segments as JSON, which any version reads: `--load FILE`, and `GET /_sandbox/seed`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_customerio.core import data
from pytest_customerio.core.payload import decode
from pytest_customerio.tools.sandbox.json_values import integer, mapping, mappings
from pytest_customerio.tools.sandbox.requests.stored_payload import stored
from pytest_customerio.tools.sandbox.user_files.seed_check import VERSION, SeedError, check_seed, identifiers_of
from pytest_customerio.tools.sandbox.workspace.people.devices import add_device
from pytest_customerio.tools.sandbox.workspace.people.person import IDENTIFIER_KINDS, Event, Person
from pytest_customerio.tools.sandbox.workspace.people.relationships import (
    parse_object_key,
    relate_objects,
    relate_people,
)
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_OF_PERSON = ("identifiers", "attributes", "devices", "events", "relationships", "segments", "cio_id", "timestamps")


def read_seed(path: Path) -> Any:
    """The seed in a file. Raises `SeedError`."""
    try:
        return checked_seed(data.read_json(path))
    except data.DataError as error:
        raise SeedError(str(error)) from None
    except SeedError as error:
        raise SeedError(f"{path}: {error}") from None


def seed_of(headers: Mapping[str, str], body: bytes) -> Any:
    """The seed in the body of a request. Raises `SeedError`."""
    payload = decode(headers, body)
    if payload.kind != "json":
        raise SeedError("a seed is JSON")
    return checked_seed(payload.value)


def checked_seed(given: Any) -> dict[str, Any]:
    """The seed; a list stands for its people. Raises `SeedError`."""
    seed = {"people": given} if isinstance(given, list) else given
    check_seed(seed)
    found = stored(seed)
    if found.problem:
        raise SeedError(f"the seed cannot be stored: {found.problem}")
    return dict(mapping(found.value))


def load(workspace: Workspace, seed: Mapping[str, Any], at: int) -> None:
    """Add what a seed has to a workspace: people with the same identifier are updated."""
    workspace.people.now = at
    for each in mappings(seed.get("segments")):
        segment = workspace.segment(integer(each.get("id"), 0) or workspace.next_number())
        segment.name, segment.implicit = str(each.get("name") or segment.name), False
        segment.description = str(each.get("description") or "")
    for each in mappings(seed.get("people")):
        _load_person(workspace, each, at)
    for each in mappings(seed.get("objects")):
        target = workspace.objects.find_or_create(parse_object_key(each))
        if target is not None:
            workspace.objects.update(target, mapping(each.get("attributes")))
            relate_people(workspace, target, [{"identifiers": one} for one in mappings(each.get("people"))])


def dump(workspace: Workspace) -> dict[str, Any]:
    """The seed that makes the people, objects and segments of a workspace again."""
    return {
        "version": VERSION,
        "people": [_dumped_person(workspace, each) for each in workspace.people],
        "objects": [
            {"object_type_id": each.key[0], "object_id": each.key[1], "attributes": each.attributes}
            for each in workspace.objects.all
        ],
        "segments": [
            {"id": each.id, "name": each.name, "description": each.description} for each in workspace.segments.values()
        ],
    }


def _load_person(workspace: Workspace, given: Mapping[str, Any], at: int) -> None:
    """Add a person. Members that are none of a person's own are attributes, as in a call of Track."""
    identifiers = identifiers_of(given)
    loose = {name: value for name, value in given.items() if name not in (*_OF_PERSON, *IDENTIFIER_KINDS)}
    attributes = {**loose, **mapping(given.get("attributes")), **identifiers}
    person, _ = workspace.identify(next(iter(identifiers.items())), attributes, at)
    if person is None:
        return  # suppressed
    for each in mappings(given.get("devices")):
        add_device(person, str(each.get("id") or each.get("token")), each, at)
    person.add_events(_event(each, at) for each in mappings(given.get("events")))
    relate_objects(workspace, person, given.get("relationships"))
    numbers = given.get("segments")
    for number in numbers if isinstance(numbers, list) else ():
        workspace.segment(integer(number, 0)).members[person.cio_id] = None


def _event(given: Mapping[str, Any], at: int) -> Event:
    return Event(
        name=str(given.get("name")),
        type=str(given.get("type") or "event"),
        timestamp=integer(given.get("timestamp"), at),
        data=mapping(given.get("data")),
        id=str(given.get("id") or ""),
    )


def _dumped_person(workspace: Workspace, person: Person) -> dict[str, Any]:
    related = [
        {"identifiers": {"object_type_id": target.key[0], "object_id": target.key[1]}, "relationship_attributes": given}
        for cio_object_id, given in person.relationships.items()
        if (target := workspace.objects.find(("", cio_object_id)))
    ]
    return {
        "identifiers": person.identifiers,
        "attributes": person.attributes,
        "devices": list(person.devices.values()),
        "events": [
            {"name": each.name, "type": each.type, "timestamp": each.timestamp, "data": each.data, "id": each.id}
            for each in person.events
        ],
        "relationships": related,
        "segments": [each.id for each in workspace.segments.values() if person.cio_id in each.members],
    }
