"""People, segments and objects in the form in which the App API returns them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.workspace.people.objects import WorkspaceObject
from pytest_customerio.tools.sandbox.workspace.people.person import Person
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment


def attributes(person: Person) -> dict[str, str]:
    """Every identifier and attribute, each as text whatever its type was."""
    return {**person.identifiers, **{name: as_text(value) for name, value in person.attributes.items()}}


def identifiers(person: Person) -> dict[str, str | None]:
    """The identifiers of a person; one that is not set is null."""
    return person_identifiers(person.cio_id, person.identifiers)


def person_identifiers(cio_id: str, known: Mapping[str, str]) -> dict[str, str | None]:
    """The identifiers of a person, who may have been deleted."""
    return {"cio_id": cio_id, "email": known.get("email"), "id": known.get("id")}


def identifier_page(people: Collection[Person], following: str) -> dict[str, Any]:
    """A page of people by their identifiers, and the start of the next page. `ids` are those of the people with one."""
    listed = [identifiers(each) for each in people]
    return {"identifiers": listed, "ids": [each["id"] for each in listed if each["id"]], "next": following}


def customer(person: Person) -> dict[str, Any]:
    """All that the App API returns of a person."""
    return {
        "id": person.identifiers.get("id"),
        "identifiers": identifiers(person),
        "attributes": {"cio_id": person.cio_id, **attributes(person)},
        "timestamps": {**person.identified_at, **person.timestamps},
        "unsubscribed": person.unsubscribed,
        "devices": list(person.devices.values()),
    }


def object_identifiers(target: WorkspaceObject) -> dict[str, str]:
    """The identifiers of an object."""
    object_type_id, object_id = target.key
    return {"cio_object_id": target.cio_object_id, "object_id": object_id, "object_type_id": object_type_id}


def segment_data(segment: Segment) -> dict[str, Any]:
    """A manual segment."""
    return {
        "id": segment.id,
        "deduplicate_id": f"{segment.id}:{segment.created}",
        "name": segment.name,
        "description": segment.description,
        "state": "finished",
        "progress": None,
        "type": "manual",
        "tags": None,
        "created_at": segment.created,
        "updated_at": segment.created,
    }
