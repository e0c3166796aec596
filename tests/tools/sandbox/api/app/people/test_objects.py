"""Objects through the App API."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

ACME = {"object_type_id": "1", "object_id": "acme"}


@pytest.fixture
def companies(ask: SandboxClient) -> SandboxClient:
    """A sandbox with two companies, of which the first one has a person, and an object of another type."""
    ask.identify("42", email="ada@example.com")
    related = [{"identifiers": {"id": "42"}}]
    attributes = {"name": "Acme", "seats": 5}
    ask.entity("identify", "object", identifiers=ACME, attributes=attributes, cio_relationships=related)
    other = {"object_type_id": "1", "object_id": "other"}
    ask.entity("identify", "object", identifiers=other, attributes={"name": "Other"})
    ask.entity("identify", "object", identifiers={"object_type_id": "2", "object_id": "course"}, attributes={})
    return ask


def named(value: str) -> dict[str, Any]:
    """A condition on the name."""
    return {"object_attribute": {"field": "name", "operator": "eq", "value": value, "type_id": "1"}}


HAS_SEATS = {"object_attribute": {"field": "seats", "operator": "exists", "type_id": "1"}}


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (named("Acme"), ["acme"]),
        (HAS_SEATS, ["acme"]),
        ({"not": named("Acme")}, ["other"]),
        ({"and": [HAS_SEATS, named("Other")]}, []),
        ({"or": [HAS_SEATS, named("Other")]}, ["acme", "other"]),
        ({"near": "Berlin"}, []),
    ],
)
def test_searching(companies: SandboxClient, wanted: dict[str, Any], ids: list[str]) -> None:
    """Objects of one type are found by their attributes."""
    assert companies.body("POST", "/v1/objects", {"object_type_id": "1", "filter": wanted})["ids"] == ids


def test_the_type_of_a_search(companies: SandboxClient) -> None:
    """Without a type in the payload, that of a condition counts; the results come in pages."""
    course = {"object_attribute": {"field": "object_id", "operator": "eq", "value": "course", "type_id": 2}}
    assert companies.body("POST", "/v1/objects", {"filter": {"and": [course]}})["ids"] == ["course"]
    assert companies.body("POST", "/v1/objects", {"filter": {"or": [{"not": course}]}})["ids"] == []
    everything = {"object_type_id": "1", "filter": {"not": named("nobody")}}
    first = companies.body("POST", "/v1/objects?limit=1", everything)
    assert first["identifiers"] == [{"cio_object_id": "ob1", **ACME}]
    assert companies.body("POST", f"/v1/objects?limit=1&start={first['next']}", everything)["ids"] == ["other"]


def test_attributes(companies: SandboxClient) -> None:
    """Each attribute has the time at which it was set; a removed one is gone."""
    target = "/v1/objects/1/acme/attributes"
    assert companies.body("GET", target)["object"] == {
        "attributes": {"name": "Acme", "seats": 5},
        "identifiers": {"cio_object_id": "ob1", **ACME},
        "object_type_id": "1",
        "timestamps": {"name": NOW, "seats": NOW},
    }
    companies.later(5)
    companies.entity("identify", "object", identifiers=ACME, attributes={"name": "ACME", "seats": None})
    known = companies.body("GET", "/v1/objects/1/ob1/attributes?id_type=cio_object_id")["object"]
    assert (known["attributes"], known["timestamps"]) == ({"name": "ACME"}, {"name": NOW + 5})


def test_relationships(companies: SandboxClient) -> None:
    """The people of an object."""
    answer = companies.body("GET", "/v1/objects/1/acme/relationships")
    identifiers = {"cio_id": companies.person("id", "42").cio_id, "email": "ada@example.com", "id": "42"}
    related = {"object_type_id": "1", "object_type_disabled": False, "identifiers": identifiers}
    assert answer == {"cio_relationships": [related], "next": ""}


@pytest.mark.parametrize("call", ["attributes", "relationships"])
def test_an_unknown_object(companies: SandboxClient, call: str) -> None:
    """It draws 404, also of a type of which nothing was written."""
    assert companies("GET", f"/v1/objects/1/nothing/{call}").answer.status == 404
    assert companies("GET", f"/v1/objects/2/ob1/{call}?id_type=cio_object_id").answer.status == 404
    assert companies("GET", f"/v1/objects/3/acme/{call}").answer.status == 404


def test_types(companies: SandboxClient) -> None:
    """Those of the inventory, and those that objects have."""
    types = companies.body("GET", "/v1/object_types")["types"]
    assert [(each["id"], each["name"]) for each in types] == [("1", "Companies"), ("2", "Objects 2")]
