"""The pages of people."""

from __future__ import annotations

from typing import Any

import pytest
from inboxes import read

from pytest_customerio.tools.sandbox.inbox.frame import PAGE_SIZE
from pytest_customerio.tools.sandbox.inbox.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.inbox.query import Query

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


@pytest.fixture
def ada(ask: Any) -> Any:
    """A sandbox with a person who has attributes, events, a device, an object, a segment and a message."""
    ask.identify("42", email="ada@example.com", first_name="Ada", unsubscribed=False)
    for name in ("signup", "purchase"):
        ask.notes("POST", EVENTS, {"name": name, "data": {"n": 1} if name == "purchase" else {}})
    ask.notes("PUT", "/api/v1/customers/42/devices", {"device": {"id": "token", "platform": "ios"}})
    ask.entity(
        "identify",
        "object",
        identifiers={"object_type_id": "1", "object_id": "acme"},
        cio_relationships=[{"identifiers": {"id": "42"}}],
    )
    ask.notes("POST", "/api/v1/segments/7/add_customers", {"ids": ["42"]})
    ask.body(
        "POST", "/v1/send/email", {"to": "ada@example.com", "transactional_message_id": 3, "identifiers": {"id": "42"}}
    )
    return ask


def test_a_person_with_all_details(ada: Any) -> None:
    """The page shows attributes, events newest first, devices, segments, objects and messages."""
    context = person_page(ada.service, ada.person("id", "42").cio_id, Query())
    assert context is not None
    assert [(key, value) for key, value, *_ in context["attributes"]] == [
        ("first_name", "Ada"),
        ("unsubscribed", "false"),
    ]
    assert [(name, data) for name, _, _, data, _ in context["events"]] == [("purchase", '{ "n": 1 }'), ("signup", "")]
    assert [token for token, _ in context["devices"]] == ["token"]
    assert [each.name for each in context["segments"]] == ["Segment 7"]
    assert context["relationships"] == [("1", "acme")]
    assert [each["subject"] for each in context["messages"]] == ["(template 3)"]
    shown = read("person", context)
    assert {"href": "/?person=42"} in shown.all("a")
    assert all(part in shown.text for part in ("Segment 7", "1/acme", "token", "purchase"))


def test_a_person_with_nothing_but_a_name(ask: Any) -> None:
    """A person without attributes has a page; an unknown cio_id has none."""
    ask.identify("42")
    context = person_page(ask.service, ask.person("id", "42").cio_id, Query())
    assert read("person", context).text.count("None.") == 1
    assert person_page(ask.service, "a3ffffffff", Query()) is None


def test_events_of_a_person_are_paged(ask: Any) -> None:
    """Events are shown in pages, newest first."""
    for number in range(PAGE_SIZE + 1):
        ask.notes("POST", EVENTS, {"name": f"e{number}"})
    cio_id = ask.person("id", "42").cio_id
    first, rest = person_page(ask.service, cio_id, Query()), person_page(ask.service, cio_id, Query(start=PAGE_SIZE))
    assert first is not None
    assert rest is not None
    assert (first["next"], rest["first"]) == (
        f"/_sandbox/inbox/people/{cio_id}?start=50",
        f"/_sandbox/inbox/people/{cio_id}",
    )
    assert ([each[0] for each in rest["events"]], rest["next"], first["total"]) == (["e0"], "", PAGE_SIZE + 1)
