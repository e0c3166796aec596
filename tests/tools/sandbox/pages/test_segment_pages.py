"""The pages of segments."""

from __future__ import annotations

from typing import Any

from sandbox_pages import read

from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.segment_pages import segment_page, segments_page


def test_segments_are_listed_and_searched(ask: Any) -> None:
    """Segments are listed with the number of their members; one that was only named says so."""
    ask.identify("42", email="ada@example.com")
    ask.body("POST", "/v1/segments", {"segment": {"name": "VIPs", "description": "by hand"}})
    ask("POST", "/api/v1/segments/70/add_customers", {"ids": ["42"]})
    context = segments_page(ask.service, Query())
    assert [(each["name"], each["named_only"], each["members"]) for each in context["segments"]] == [
        ("VIPs", False, 0),
        ("Segment 70", True, 1),
    ]
    assert "only named" in read("segments", context).text
    assert [each["id"] for each in segments_page(ask.service, Query(words="70"))["segments"]] == [70]
    assert "No segment is like this." in read("segments", segments_page(ask.service, Query(words="zzz"))).text
    ask.service.reset()
    assert "No segment is known yet." in read("segments", segments_page(ask.service, Query())).text


def test_one_segment(ask: Any) -> None:
    """The page of a segment shows its members with a link to each; an unknown number has none."""
    ask.identify("42", email="ada@example.com")
    ask("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    context = segment_page(ask.service, 7, Query())
    assert context is not None
    address = f"/_sandbox/inbox/people/{ask.person('id', '42').cio_id}"
    assert context["members"] == [(address, "42", ["ada@example.com"])]
    assert "interface" in read("segment", context).text
    assert segment_page(ask.service, 8, Query()) is None
    made = ask.body("POST", "/v1/segments", {"segment": {"name": "VIPs", "description": "by hand"}})["segment"]["id"]
    text = read("segment", segment_page(ask.service, made, Query())).text
    assert all(part in text for part in ("by hand", "a call of the App API", "Nobody."))
