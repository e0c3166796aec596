"""Calls about workspaces, and what all calls of the App API have in common."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.api.execution import NOT_STORED
from pytest_customerio.tools.sandbox.settings import Settings


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
    """They are logged by name; credentials, limits and faults apply to them."""
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


def test_a_call_of_which_nothing_is_stored(ask: SandboxClient) -> None:
    """It is answered by its published type, which the log says."""
    reply = ask("GET", "/v1/design_studio/inbox_previews/credits")
    assert (reply.answer.status, reply.source, reply.notes) == (200, "synthetic", (NOT_STORED,))
    assert ask("PUT", "/v1/snippets", b'{"name": "greeting"}').answer.status == 400


def test_a_call_that_is_not_published(ask: SandboxClient) -> None:
    """The service may know it, so the sandbox does not answer 404. The key is checked before."""
    assert ask("GET", "/v1/customers/42/devices").answer.status == 501
    for header, status in (("", 401), ("Bearer wrong", 401), (f"Bearer {ask.service.keys.restricted}", 403)):
        assert ask("GET", "/v1/customers/42/devices", headers={"authorization": header}).answer.status == status
