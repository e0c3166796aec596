"""Relationships as payloads describe them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.tools.sandbox.workspace.people.objects import ObjectKey
from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED
from pytest_customerio.tools.sandbox.workspace.people.person import Identifier
from pytest_customerio.tools.sandbox.workspace.people.relationships import (
    UNKNOWN_OBJECT,
    parse_identifier,
    parse_object_key,
    relate_objects,
    relate_people,
)
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

ACME: dict[str, Any] = {"identifiers": {"object_type_id": "1", "object_id": "acme"}}
UNKNOWN: dict[str, Any] = {"identifiers": {"cio_object_id": "ob99"}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"id": 42}, ("id", "42")),
        ({"id": "", "email": "ada@example.com"}, ("email", "ada@example.com")),
        ({"cio_id": "a3ff"}, ("cio_id", "a3ff")),
        ({"cio_id": "cio_a3ff"}, ("cio_id", "cio_a3ff")),
        ({}, ("id", "")),
    ],
)
def test_an_identifier(given: dict[str, Any], expected: Identifier) -> None:
    """The first identifier that is not empty counts; a cio_id has no prefix here."""
    assert parse_identifier(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"object_type_id": 2, "object_id": "acme"}, ("2", "acme")),
        ({"object_id": "acme"}, ("1", "acme")),
        ({"cio_object_id": "ob1", "object_id": "acme"}, ("", "ob1")),
    ],
)
def test_an_object_key(given: dict[str, Any], expected: ObjectKey) -> None:
    """The object type is 1 unless it is given; a cio_object_id comes first."""
    assert parse_object_key(given) == expected


def test_objects_of_a_person() -> None:
    """Relationships are created and ended; an unknown cio_object_id is dropped."""
    workspace = Workspace()
    person, _ = workspace.identify(("id", "42"), {}, 100)
    assert person is not None
    assert relate_objects(workspace, person, [{**ACME, "relationship_attributes": {"role": "admin"}}]) == ()
    assert list(person.relationships.values()) == [{"role": "admin"}]
    assert relate_objects(workspace, person, [UNKNOWN]) == (UNKNOWN_OBJECT,)
    assert relate_objects(workspace, person, [ACME], end=True) == ()
    assert person.relationships == {}


def test_people_of_an_object() -> None:
    """People are created if needed; visitors are noted; suppressed, unknown and dropped people draw a note."""
    workspace = Workspace()
    acme = workspace.objects.find_or_create(("1", "acme"))
    assert acme is not None
    workspace.suppress(("id", "9"))
    given = [{"identifiers": {kind: value}} for kind, value in (("id", "42"), ("id", "9"), ("cio_id", "a3ff"))]
    assert relate_people(workspace, acme, given) == (
        "made a new person: nobody had this identifier",
        SUPPRESSED,
        "dropped: nobody has this cio_id",
    )
    assert relate_people(workspace, acme, [{"identifiers": {"anonymous_id": "visitor-1"}}]) == ()
    assert (len(acme.people), list(acme.visitors)) == (1, ["visitor-1"])
    assert relate_people(workspace, acme, given[:1], end=True) == ()
    assert relate_people(workspace, acme, [{"identifiers": {"id": "8"}}], end=True) == (
        "nothing to do: no such person",
    )
    assert acme.people == {}
