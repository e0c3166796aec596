"""The App API's look-ups of people."""

from __future__ import annotations

import pytest
from sandbox_client import NOW, SandboxClient


def test_find_by_email(known: SandboxClient) -> None:
    """An address whose plus sign is not percent-encoded is answered with 200 and an empty list."""
    answer = known.body("GET", "/v1/customers?email=ada%2Bx%40example.com")
    assert answer == {
        "results": [{"cio_id": known.person("id", "42").cio_id, "email": "ada+x@example.com", "id": "42"}]
    }
    assert known.body("GET", "/v1/customers?email=ada+x%40example.com") == {"results": []}


def test_attributes_are_texts(known: SandboxClient) -> None:
    """Attributes of every type are returned as text."""
    customer = known.body("GET", "/v1/customers/42/attributes")["customer"]
    cio_id = known.person("id", "42").cio_id
    assert customer["attributes"] == {
        "cio_id": cio_id,
        "id": "42",
        "email": "ada+x@example.com",
        "plan": "pro",
        "age": "36",
        "paid": "true",
        "tags": '["a"]',
        "unsubscribed": "1",
    }
    assert customer["identifiers"] == {"cio_id": cio_id, "email": "ada+x@example.com", "id": "42"}
    assert (customer["id"], customer["unsubscribed"]) == ("42", True)
    device = {"id": "device-1", "platform": "ios", "last_used": NOW, "attributes": {"_last_status": ""}}
    assert customer["devices"] == [device]
    assert customer["timestamps"]["plan"] == NOW


@pytest.mark.parametrize("call", ["attributes", "relationships"])
def test_an_unknown_person(known: SandboxClient, call: str) -> None:
    """An unknown person, an id of another type than `id_type` says, or a cio_id without its prefix draws 404."""
    for target in (f"/v1/customers/43/{call}", f"/v1/customers/42/{call}?id_type=email"):
        reply = known("GET", target)
        assert (reply.answer.status, reply.case) == (404, "404-not-found")
    assert known("GET", f"/v1/customers/42/{call}?id_type=name").answer.status == 400
    cio_id = known.person("id", "42").cio_id
    assert known("GET", f"/v1/customers/cio_{cio_id}/{call}?id_type=cio_id").answer.status == 200
    assert known("GET", f"/v1/customers/{cio_id}/{call}?id_type=cio_id").answer.status == 404


def test_many_people(known: SandboxClient) -> None:
    """Unknown ids are left out of the answer; a note says how many."""
    assert [
        each["id"] for each in known.body("POST", "/v1/customers/attributes", {"ids": ["42", "43"]})["customers"]
    ] == ["42"]
    assert known.notes("POST", "/v1/customers/attributes", {"ids": ["42", "43"]}) == ("left out: 1 that nobody has",)
    assert known.notes("POST", "/v1/customers/attributes", {"ids": ["42"]}) == ()


def test_relationships(known: SandboxClient) -> None:
    """An object is named by its own id and by its cio_object_id."""
    acme = {"object_type_id": "1", "object_id": "acme"}
    known.entity("add_relationships", identifiers={"id": "42"}, cio_relationships=[{"identifiers": acme}])
    (target,) = known.service.workspace.objects.all
    assert known.body("GET", "/v1/customers/42/relationships") == {
        "cio_relationships": [
            {
                "identifiers": {"cio_object_id": target.cio_object_id, **acme},
                "object_type_id": 1,
                "attributes": {},
                "timestamps": {},
            }
        ],
        "next": "",
    }


def test_searching(known: SandboxClient) -> None:
    """Filters by segment and attribute, joined with and, or, not; the results come in pages."""
    for number in range(3):
        known.identify(f"p{number}", plan="basic")
    search = "/v1/customers"
    assert known.body("POST", search, {"filter": {"segment": {"id": 7}}})["ids"] == ["42"]
    assert known.body("POST", search, {"filter": {"segment": {"id": 8}}})["ids"] == []
    basic = {"attribute": {"field": "plan", "operator": "eq", "value": "basic"}}
    first = known.body("POST", f"{search}?limit=2", {"filter": basic})
    assert first["ids"] == ["p0", "p1"]
    last = known.body("POST", f"{search}?limit=2&start={first['next']}", {"filter": basic})
    assert (last["ids"], last["next"]) == (["p2"], "")
    assert known.body("POST", search, {"filter": {"not": basic}})["ids"] == ["42"]
    aged = {"attribute": {"field": "age", "operator": "exists"}}
    assert known.body("POST", search, {"filter": {"and": [aged, {"or": [basic, {"not": basic}]}]}})["ids"] == ["42"]
    left = {"attribute": {"field": "unsubscribed", "operator": "eq", "value": True}}
    assert known.body("POST", search, {"filter": left})["ids"] == ["42"]
