"""Sandboxes with people, for the tests of the App API."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient


@pytest.fixture
def known(ask: SandboxClient) -> SandboxClient:
    """A sandbox with one person, who has a device and is a member of segment 7."""
    ask.identify("42", email="ada+x@example.com", plan="pro", age=36, paid=True, tags=["a"], unsubscribed=1)
    ask.notes("PUT", "/api/v1/customers/42/devices", {"device": {"id": "device-1", "platform": "ios"}})
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    return ask


@pytest.fixture
def ada_and_bob(ask: SandboxClient) -> SandboxClient:
    """A sandbox with two people, who are members of segment 7."""
    ask.identify("42", email="ada@example.com", plan="pro", age=36)
    ask.identify("43", plan="basic")
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42", "43"]})
    return ask
