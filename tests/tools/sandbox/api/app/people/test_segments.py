"""The App API's segments."""

from __future__ import annotations

from sandbox_client import NOW, SandboxClient


def test_creating_and_listing_segments(known: SandboxClient) -> None:
    """A created segment is listed and found; an unknown number, or text that is not a number, draws 404."""
    created = known.body("POST", "/v1/segments", {"segment": {"name": "Newsletter", "description": "Readers"}})[
        "segment"
    ]
    assert (created["id"], created["name"], created["deduplicate_id"], created["type"]) == (
        8,
        "Newsletter",
        f"8:{NOW}",
        "manual",
    )
    assert known.body("GET", "/v1/segments/8") == {"segment": created}
    assert [each["id"] for each in known.body("GET", "/v1/segments")["segments"]] == [7, 8]
    assert known("GET", "/v1/segments/9").answer.status == 404
    assert known("GET", "/v1/segments/nine").answer.status == 404


def test_segments(ada_and_bob: SandboxClient) -> None:
    """Members are counted and listed in pages; a segment can be deleted."""
    assert ada_and_bob.body("GET", "/v1/segments/7/customer_count") == {"segment_id": 7, "count": 2}
    first = ada_and_bob.body("GET", "/v1/segments/7/membership?limit=1")
    assert first["ids"] == ["42"]
    rest = ada_and_bob.body("GET", f"/v1/segments/7/membership?limit=1&start={first['next']}")
    assert (rest["ids"], rest["next"]) == (["43"], "")
    deleted = ada_and_bob("DELETE", "/v1/segments/7")
    assert (deleted.answer.status, deleted.answer.body) == (204, b"")
    assert ada_and_bob.service.workspace.segments == {}
    assert ada_and_bob.body("POST", "/v1/segments", {"segment": {"name": "new"}})["segment"]["id"] == 8
