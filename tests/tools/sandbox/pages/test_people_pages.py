"""The pages of people."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_pages import read

from pytest_customerio.tools.sandbox.pages.frame import PAGE_SIZE
from pytest_customerio.tools.sandbox.pages.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.pages.query import Query

EVENTS = "/api/v1/customers/42/events"


def test_people_are_listed_with_attributes(ask: Any) -> None:
    """People are listed newest first, with other identifiers, four attributes and the number of further ones."""
    ask.identify("42", email="ada@example.com", a=1, b=2, c=3, d=4, e="x" * 100)
    ask.identify("43", unsubscribed=True)
    context = people_page(ask.service, Query())
    assert [(each["name"], each["others"], each["more"]) for each in context["people"]] == [
        ("43", [], 0),
        ("42", ["ada@example.com"], 1),
    ]
    shown = read("people", context)
    assert "unsubscribed" in shown.text
    assert "2 people" in shown.text


def test_people_are_searched_and_paged(ask: Any) -> None:
    """People are searched and shown in pages; an empty result says so."""
    for number in range(PAGE_SIZE + 5):
        ask.identify(f"p{number}", plan="team")
    first = people_page(ask.service, Query(words="team"))
    assert (len(first["people"]), first["first"]) == (PAGE_SIZE, "")
    assert first["next"] == f"/_sandbox/inbox/people?q=team&start={PAGE_SIZE}"
    rest = people_page(ask.service, Query(words="team", start=PAGE_SIZE))
    assert (len(rest["people"]), rest["next"], rest["first"]) == (5, "", "/_sandbox/inbox/people?q=team")
    assert "Nobody is like this." in read("people", people_page(ask.service, Query(words="nobody"))).text
    ask.service.reset()
    assert "Nobody is known yet." in read("people", people_page(ask.service, Query())).text


def test_visitors_are_listed(ask: Any) -> None:
    """Anonymous visitors stand below the people, newest first, until they are identified; a search is for people."""
    for visitor, names in (("v1", ("seen", "left")), ("v2", ("seen",))):
        for name in names:
            ask.notes("POST", "/v1/track", {"anonymousId": visitor, "event": name})
    ask.notes("POST", "/v1/page", {"anonymousId": "v2"})
    context = people_page(ask.service, Query())
    assert context["visitors"] == [
        {"name": "v2", "events": 2, "last": ["page", "seen"]},
        {"name": "v1", "events": 2, "last": ["left", "seen"]},
    ]
    assert all(part in read("people", context).text for part in ("v1", "left, seen", "Nobody yet"))
    assert people_page(ask.service, Query(words="v1"))["visitors"] == []
    for each in ("v1", "v2"):
        ask.notes("POST", "/v1/identify", {"anonymousId": each, "userId": each, "traits": {}})
    assert people_page(ask.service, Query())["visitors"] == []


@pytest.fixture
def ada(ask: Any) -> Any:
    """A sandbox with a person who has attributes, events, a device, an object, a segment and a message."""
    ask.identify("42", email="ada@example.com", first_name="Ada", unsubscribed=False)
    ask.later(0.1)
    for name in ("signup", "purchase"):
        ask.notes("POST", EVENTS, {"name": name, "data": {"n": 1} if name == "purchase" else {}})
        ask.later(0.1)
    ask.notes("PUT", "/api/v1/customers/42/devices", {"device": {"id": "token", "platform": "ios"}})
    ask.later(0.1)
    ask.entity(
        "identify",
        "object",
        identifiers={"object_type_id": "1", "object_id": "acme"},
        cio_relationships=[{"identifiers": {"id": "42"}}],
    )
    ask.later(0.1)
    ask.notes("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    ask.later(0.1)
    ask.body(
        "POST", "/v1/send/email", {"to": "ada@example.com", "transactional_message_id": 3, "identifiers": {"id": "42"}}
    )
    return ask


def test_a_person_with_all_details(ada: Any) -> None:
    """The page shows attributes, devices, segments, objects and the story, newest first."""
    context = person_page(ada.service, ada.person("id", "42").cio_id, Query())
    assert context is not None
    assert [(key, value) for key, value, *_ in context["attributes"]] == [
        ("first_name", "Ada"),
        ("unsubscribed", "false"),
    ]
    assert [token for token, _ in context["devices"]] == ["token"]
    assert [each.name for each in context["segments"]] == ["Segment 7"]
    assert [(each["type"], each["id"]) for each in context["objects"]] == [("1", "acme")]
    assert [(each.kind, each.title) for each in context["story"]] == [
        ("messages", "(template 3)"),
        ("requests", "track.add_to_segment"),
        ("requests", "track_v2.object_identify"),
        ("requests", "track.add_device"),
        ("events", "purchase"),
        ("events", "signup"),
        ("requests", "track.identify"),
    ]
    shown = read("person", context)
    assert {"href": "/?person=42"} in shown.all("a")
    assert all(part in shown.text for part in ("Segment 7", "1/acme", "token", "purchase", '{ "n": 1 }'))


def test_a_person_with_nothing_but_a_name(ask: Any) -> None:
    """A person without attributes has a page; an unknown cio_id has none."""
    ask.identify("42")
    context = person_page(ask.service, ask.person("id", "42").cio_id, Query())
    assert read("person", context).text.count("None.") == 1
    assert person_page(ask.service, "a3ffffffff", Query()) is None


def test_the_story_of_a_person_is_paged(ask: Any) -> None:
    """The story is shown in pages, newest first; a part of it stays selected from page to page."""
    for number in range(PAGE_SIZE + 1):
        ask.notes("POST", EVENTS, {"name": f"e{number}"})
    cio_id = ask.person("id", "42").cio_id
    first = person_page(ask.service, cio_id, Query(kind="events"))
    rest = person_page(ask.service, cio_id, Query(start=PAGE_SIZE, kind="events"))
    assert first is not None
    assert rest is not None
    path = f"/_sandbox/inbox/people/{cio_id}"
    assert (first["next"], rest["first"]) == (f"{path}?start=50&kind=events", f"{path}?kind=events")
    assert ([each.title for each in rest["story"]], rest["next"]) == (["e0"], "")
    assert [(label, chosen) for label, _, chosen in first["kinds"]] == [
        ("Everything", False),
        ("Events", True),
        ("Messages", False),
        ("Requests", False),
    ]
    assert "Nothing of this kind." in read("person", person_page(ask.service, cio_id, Query(kind="messages"))).text
