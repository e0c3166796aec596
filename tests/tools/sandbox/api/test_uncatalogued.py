"""The calls that the catalogue has no contract for."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.api.uncatalogued import find_uncatalogued
from pytest_customerio.tools.sandbox.settings import Settings

PRO = {"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}


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
    """An unknown export or segment draws 404."""
    reply = ask(method, target)
    assert (reply.answer.status, reply.case) == (404, "404-not-found")


def test_workspaces(ada_and_bob: SandboxClient) -> None:
    """The list contains one workspace with its counts."""
    ada_and_bob.entity("identify", "object", identifiers={"object_type_id": "1", "object_id": "acme"})
    (one,) = ada_and_bob.body("GET", "/v1/workspaces")["workspaces"]
    assert (one["id"], one["people"], one["objects"], one["object_types"]) == (1, 2, 1, 1)


def test_credentials_limits_and_faults_apply(ask: SandboxClient) -> None:
    """They are logged by name without violations; credentials, limits and faults apply to them."""
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
    """A call is found by method and path; an empty parameter does not match."""
    call = find_uncatalogued(method, path)
    assert (call and call.name) == name
