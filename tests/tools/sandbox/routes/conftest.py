"""A sandbox that listens, for the tests of its addresses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """One sandbox for all tests of this module."""
    with SandboxServer(Settings()) as server:
        yield server


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    """The sandbox, emptied, with one person, who has an event and an e-mail, and is in an object and a segment."""
    server.service.reset()
    with requests.Session() as site:
        site.auth = (server.service.keys.site_id, server.service.keys.track)
        customer = f"{server.url}/api/v1/customers/42"
        assert site.put(customer, json={"email": "ada@example.com"}, timeout=10).ok
        assert site.post(f"{customer}/events", json={"name": "purchase"}, timeout=10).ok
        entity = {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "acme"}}
        related = {**entity, "cio_relationships": [{"identifiers": {"id": "42"}}]}
        assert site.post(f"{server.url}/api/v2/entity", json=related, timeout=10).ok
        assert site.post(f"{server.url}/api/v1/segments/7/add_customers", json={"ids": ["42"]}, timeout=10).ok
    mail = {"to": "ada@example.com", "transactional_message_id": 3, "identifiers": {"id": "42"}}
    bearer = {"Authorization": f"Bearer {server.service.keys.app}"}
    assert requests.post(f"{server.url}/v1/send/email", json=mail, headers=bearer, timeout=10).ok
    return server
