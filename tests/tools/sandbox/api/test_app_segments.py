"""The App API's segments."""

from __future__ import annotations

import pytest
from sandbox_client import NOW, SandboxClient


@pytest.fixture
def known(ask: SandboxClient) -> SandboxClient:
    """A sandbox with one person, who is a member of segment 7."""
    ask.identify("42", email="ada+x@example.com", plan="pro", age=36, paid=True, tags=["a"], unsubscribed=1)
    ask.notes("PUT", "/api/v1/customers/42/devices", {"device": {"id": "device-1", "platform": "ios"}})
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    return ask


def test_creating_and_listing_segments(known: SandboxClient) -> None:
    """A created segment is listed and found; an unknown number, or text that is not a number, draws 404."""
    made = known.body("POST", "/v1/segments", {"segment": {"name": "Newsletter", "description": "Readers"}})["segment"]
    assert (made["id"], made["name"], made["deduplicate_id"], made["type"]) == (8, "Newsletter", f"8:{NOW}", "manual")
    assert known.body("GET", "/v1/segments/8") == {"segment": made}
    assert [each["id"] for each in known.body("GET", "/v1/segments")["segments"]] == [7, 8]
    assert known("GET", "/v1/segments/9").answer.status == 404
    assert known("GET", "/v1/segments/nine").answer.status == 404


@pytest.fixture
def ada_and_bob(ask: SandboxClient) -> SandboxClient:
    """A sandbox with two people, who are members of segment 7."""
    ask.identify("42", email="ada@example.com", plan="pro", age=36)
    ask.identify("43", plan="basic")
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42", "43"]})
    return ask


def test_segments(ada_and_bob: SandboxClient) -> None:
    """Members are counted and listed in pages; a segment can be deleted."""
    assert ada_and_bob.body("GET", "/v1/segments/7/customer_count") == {"segment_id": 7, "count": 2}
    first = ada_and_bob.body("GET", "/v1/segments/7/membership?limit=1")
    assert (first["ids"], first["next"]) == (["42"], "1")
    rest = ada_and_bob.body("GET", "/v1/segments/7/membership?limit=1&start=1")
    assert (rest["ids"], rest["next"]) == (["43"], "")
    gone = ada_and_bob("DELETE", "/v1/segments/7")
    assert (gone.answer.status, gone.answer.body) == (204, b"")
    assert ada_and_bob.service.workspace.segments == {}
