"""Sandboxes with something to read."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.user_files.inventory_file import fill
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory


@pytest.fixture
def shop(ask: SandboxClient) -> SandboxClient:
    """A sandbox with two people, an event, an e-mail by template and a broadcast."""
    ask.identify("42", email="ada@example.com", plan="pro")
    ask.identify("43", plan="basic")
    ask.notes("POST", "/api/v1/customers/42/events", {"name": "bought", "data": {"total": 1}})
    ask.body("POST", "/v1/send/email", mail("42"))
    ask.later(10)
    ask.body("POST", "/v1/campaigns/12/triggers", {"ids": ["42", "43"]})
    return ask


def mail(person: str, **members: Any) -> dict[str, Any]:
    """A transactional message to a person."""
    base = {"transactional_message_id": "order_receipt", "identifiers": {"id": person}, "to": f"{person}@example.com"}
    return {**base, **members}


@pytest.fixture
def described(ask: SandboxClient) -> SandboxClient:
    """A sandbox whose workspace a file describes: what the file does not name does not exist."""
    workspace = ask.service.workspace
    workspace.inventory = Inventory()
    fill(workspace, {"campaigns": [{"id": 1, "name": "Onboarding"}], "segments": [{"id": 7, "name": "VIPs"}]})
    return ask
