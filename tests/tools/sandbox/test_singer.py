"""The requests of a Singer tap (https://github.com/singer-io/tap-customerio): its discovery, and its sync of each stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from sandbox_client import SandboxClient

# For each stream: its path, and the member of the answer that has the records.
STREAMS = {
    "broadcasts": "broadcasts",
    "transactional": "messages",
    "campaigns": "campaigns",
    "newsletters": "newsletters",
    "segments": "segments",
    "messages": "messages",
    "exports": "exports",
    "activities": "activities",
    "sender_identities": "sender_identities",
    "reporting_webhooks": "reporting_webhooks",
    "snippets": "snippets",
    "info/ip_addresses": "ip_addresses",
    "collections": "collections",
    "subscription_topics": "topics",
    "workspaces": "workspaces",
    "object_types": "types",
    "esp/suppression/bounces": "suppressions",
}
# The streams whose sync goes on where the one before ended: the member of a record with the time of its last change.
CHANGED = {
    "broadcasts": "updated",
    "transactional": "updated_at",
    "campaigns": "updated",
    "newsletters": "updated",
    "segments": "updated_at",
    "exports": "updated_at",
    "snippets": "updated_at",
    "collections": "updated_at",
}
SINCE = quote("2020-01-01T00:00:00Z", safe="")
EVERYBODY = {"filter": {"and": [{"attribute": {"field": "cio_id", "operator": "exists"}}]}}


@pytest.fixture
def workspace(ask: SandboxClient) -> SandboxClient:
    """A sandbox with something for each stream."""
    for number in range(150):
        ask.identify(f"p{number}", email=f"p{number}@example.com")
    ask.body(
        "POST", "/v1/send/email", {"transactional_message_id": "1", "identifiers": {"id": "p1"}, "to": "a@example.com"}
    )
    ask.body("POST", "/v1/segments", {"segment": {"name": "VIPs"}})
    ask.body("POST", "/v1/exports/customers", {"filters": {"segment": {"id": 1}}})
    ask.body("POST", "/v1/esp/suppression/bounces/a%40example.com")
    return ask


def records(ask: SandboxClient, path: str, limit: int) -> Iterator[Any]:
    """The records of all pages of a stream."""
    following = ""
    while True:
        query = f"limit={limit}" + (f"&start={following}" if following else f"&updated_since={SINCE}")
        answer = ask.body("GET", f"/v1/{path}?{query}")
        yield from answer.get(STREAMS[path]) or []
        following = answer.get("next") or ""
        if not following:
            return


def test_discovery(workspace: SandboxClient) -> None:
    """Each stream is tried with a small request, which is answered with a success."""
    for path in STREAMS:
        assert workspace("GET", f"/v1/{path}?limit=1").answer.status == 200
    assert workspace.body("POST", "/v1/customers/attributes", {"ids": []}) == {"customers": []}
    refused = {"authorization": "Bearer wrong"}
    for path in STREAMS:
        assert workspace("GET", f"/v1/{path}?limit=1", headers=refused).answer.status == 401
    assert workspace("POST", "/v1/customers/attributes", {"ids": []}, headers=refused).answer.status == 401


@pytest.mark.parametrize("path", STREAMS)
def test_the_sync_of_a_stream(workspace: SandboxClient, path: str) -> None:
    """It ends, no record comes twice, and a record has the time of its last change where the tap needs one."""
    found = list(records(workspace, path, limit=100 if path == "activities" else 1000))
    if path != "reporting_webhooks":
        assert found
    assert len({json.dumps(each, sort_keys=True) for each in found}) == len(found)
    if path in CHANGED:
        assert all(isinstance(each[CHANGED[path]], int) for each in found)
    assert not any(violation for one in workspace.service.log for violation in one.violations if one.status != 200)


def test_the_sync_of_people(workspace: SandboxClient) -> None:
    """All people, a page at a time, and the attributes of a hundred at a time."""
    names, following = [], ""
    while True:
        target = "/v1/customers?limit=60" + (f"&start={following}" if following else "")
        answer = workspace.body("POST", target, EVERYBODY)
        names += answer["ids"]
        following = answer["next"]
        if not following:
            break
    assert names == [f"p{number}" for number in range(150)]
    customers = workspace.body("POST", "/v1/customers/attributes", {"ids": names[:100]})["customers"]
    assert [each["attributes"]["email"] for each in customers] == [f"{name}@example.com" for name in names[:100]]
    assert len(workspace.body("POST", "/v1/customers", EVERYBODY)["ids"]) == 50
