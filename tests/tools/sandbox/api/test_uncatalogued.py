"""Calls that the catalogue has no contract for."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.api.uncatalogued import find_uncatalogued
from pytest_customerio.tools.sandbox.settings import Settings

PRO = {"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}


@pytest.fixture
def known(ask: SandboxClient) -> SandboxClient:
    """Ada, in segment 7, and Bob."""
    ask.identify("42", email="ada@example.com", plan="pro", age=36)
    ask.identify("43", plan="basic")
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42", "43"]})
    return ask


def test_exports_of_people(known: SandboxClient) -> None:
    """Done at once; the file holds identifiers first, then attributes."""
    export = known.body("POST", "/v1/exports/customers", {"filters": PRO})["export"]
    assert (export["id"], export["type"], export["status"], export["total"]) == (1, "customers", "done", 1)
    assert known.body("GET", "/v1/exports/1") == {"export": export}
    url = known.body("GET", "/v1/exports/1/download", base="http://localhost:1")["url"]
    assert url == "http://localhost:1/_sandbox/exports/1"
    (listed,) = known.body("GET", "/v1/exports")["exports"]
    assert (listed["id"], listed["downloads"]) == (1, 1)
    (ada,) = csv.DictReader(io.StringIO(known.service.workspace.files[1]))
    cio_id = known.person("id", "42").cio_id
    assert list(ada.items()) == [
        ("id", "42"),
        ("email", "ada@example.com"),
        ("cio_id", cio_id),
        ("plan", "pro"),
        ("age", "36"),
    ]


def test_exports_of_messages(known: SandboxClient) -> None:
    """All there are."""
    known.notes("POST", "/v1/send/email", {"transactional_message_id": 1, "to": "a@b.co", "identifiers": {"id": "42"}})
    export = known.body("POST", "/v1/exports/deliveries", {"description": "All of them"})["export"]
    assert (export["type"], export["total"], export["description"]) == ("deliveries", 1, "All of them")
    assert known.service.workspace.files[export["id"]].startswith("delivery_id,to,subject\r\n")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/v1/exports/9"),
        ("GET", "/v1/exports/nine/download"),
        ("DELETE", "/v1/segments/9"),
        ("GET", "/v1/segments/9/customer_count"),
        ("GET", "/v1/segments/9/membership"),
    ],
)
def test_what_is_not_there(ask: SandboxClient, method: str, target: str) -> None:
    """404."""
    reply = ask(method, target)
    assert (reply.answer.status, reply.case) == (404, "404-not-found")


def test_segments(known: SandboxClient) -> None:
    """Counted, listed page by page, deleted."""
    assert known.body("GET", "/v1/segments/7/customer_count") == {"segment_id": 7, "count": 2}
    first = known.body("GET", "/v1/segments/7/membership?limit=1")
    assert (first["ids"], first["next"]) == (["42"], "1")
    rest = known.body("GET", "/v1/segments/7/membership?limit=1&start=1")
    assert (rest["ids"], rest["next"]) == (["43"], "")
    gone = known("DELETE", "/v1/segments/7")
    assert (gone.answer.status, gone.answer.body) == (204, b"")
    assert known.service.workspace.segments == {}


def test_suppressions_of_the_provider(known: SandboxClient) -> None:
    """Made, found, listed, ended; the person stays. A reason that is none is refused."""
    kind = "/v1/esp/suppression/bounces"
    assert known.body("POST", f"{kind}/Ada%40example.com") == {}
    told = known.body("GET", "/v1/esp/search_suppression/ada%40example.com")
    entry = {
        "created": NOW,
        "email": "ada@example.com",
        "reason": "Uploaded manually via api.customer.io",
        "status": "550",
    }
    assert told == known.body("GET", kind) == {"category": "bounces", "suppressions": [entry]}
    assert known.body("GET", f"{kind}?offset=1")["suppressions"] == []
    assert known("DELETE", f"{kind}/ada%40example.com").answer.status == 204
    assert known("DELETE", "/v1/esp/suppression/blocks/ada%40example.com").answer.status == 204
    assert known.body("GET", "/v1/esp/search_suppression/ada%40example.com")["suppressions"] == []
    assert known.person("email", "ada@example.com")
    for method, target in (("GET", "/v1/esp/suppression/boredom"), ("POST", "/v1/esp/suppression/boredom/a%40b.co")):
        reply = known(method, target)
        assert (reply.answer.status, b"expected blocks, bounces" in reply.answer.body) == (400, True)


def test_workspaces(known: SandboxClient) -> None:
    """The one that there is."""
    known.entity("identify", "object", identifiers={"object_type_id": "1", "object_id": "acme"})
    (one,) = known.body("GET", "/v1/workspaces")["workspaces"]
    assert (one["id"], one["people"], one["objects"], one["object_types"]) == (1, 2, 1, 1)


def test_they_are_calls_like_others(ask: SandboxClient) -> None:
    """Logged by name and without a violation; with keys, limits and faults."""
    ask("GET", "/v1/workspaces")
    (one,) = ask.service.log
    assert (one.operation, one.violations, one.source) == ("app.list_workspaces", (), "documented")
    assert ask("GET", "/v1/workspaces", headers={"authorization": ""}).answer.status == 401
    ask.service.fault("503-unavailable", 1, "app")
    assert ask("GET", "/v1/workspaces").answer.status == 503
    limited = SandboxClient(Settings(rate_limit=True))
    assert [limited("GET", "/v1/workspaces").answer.status for _ in range(11)][-1] == 429
    wrong_host = {"host": "track.customer.io"}
    assert ask("GET", "/v1/workspaces", headers=wrong_host).answer.status == 404


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v1/exports/1", "app.get_export"),
        ("POST", "/v1/exports/customers", "app.export_people"),
        ("GET", "/v1/exports/", None),
        ("PUT", "/v1/workspaces", None),
        ("GET", "/v1/newsletters", None),
    ],
)
def test_addresses(method: str, path: str, name: Any) -> None:
    """By method and path; a parameter is not empty."""
    found = find_uncatalogued(method, path)
    assert (found and found.name) == name
