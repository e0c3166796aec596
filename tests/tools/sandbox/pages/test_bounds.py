"""No list on a page is longer than a page: thousands of anything about one person, object, message or request."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_pages import MAIL, read

from pytest_customerio.tools.sandbox.pages.message_pages import message_page
from pytest_customerio.tools.sandbox.pages.object_pages import object_page
from pytest_customerio.tools.sandbox.pages.people_pages import person_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.request_pages import request_page, requests_page
from pytest_customerio.tools.sandbox.workspace.people.person import Event

MANY = 1100
LONGEST = 250_000  # characters of a page, of which the style and the script are 20 000


@pytest.fixture
def busy(ask: Any) -> Any:
    """A sandbox with a person and an object that have more than a thousand of each."""
    ask.identify("42", email="ada@example.com")
    workspace, person = ask.service.workspace, ask.person("id", "42")
    for number in range(MANY):
        workspace.add_device(("id", "42"), f"token-{number}", {"platform": "ios"})
        target = workspace.objects.find_or_create(("1", f"object-{number}"))
        workspace.objects.relate(person, target, {})
        workspace.segment(number + 1).members[person.cio_id] = None
        workspace.add_event(("id", "42"), Event(f"event {number}", "event", 5, {}))
    person.attributes.update({f"attribute_{number}": "x" * 150 for number in range(MANY)})
    first = workspace.objects.find(("", "ob1"))
    first.attributes.update(person.attributes)
    first.visitors.update({f"visitor-{number}": None for number in range(MANY)})
    return ask


def test_a_person(busy: Any) -> None:
    """The page says how many more attributes, devices, segments and objects there are, and where they are."""
    shown = read("person", person_page(busy.service, "a30000000001", Query()))
    words = " ".join(shown.text.split())
    assert len(words) < LONGEST
    for text in (
        f"and {MANY - 300} more, all of them as JSON",
        f"and {MANY - 20} more, all of them",
        f"Devices {MANY}",
    ):
        assert text in words
    assert words.count(f"and {MANY - 20} more") == 3
    assert shown.all("a").count({"href": "/_sandbox/people/a30000000001"}) == 4


def test_an_object(busy: Any) -> None:
    """The page says how many more attributes and visitors there are."""
    shown = read("object", object_page(busy.service, "ob1", Query()))
    words = " ".join(shown.text.split())
    assert len(words) < LONGEST
    assert f"and {MANY - 300} more, all of them as JSON" in words
    assert f"and {MANY - 50} more" in words
    assert {"href": "/_sandbox/workspace?q=ob1"} in shown.all("a")


def test_a_message(ask: Any) -> None:
    """Of a message that was opened very often, the last times are shown."""
    delivery_id = ask.body("POST", "/v1/send/email", MAIL)["delivery_id"]
    delivery = ask.service.workspace.deliveries[delivery_id]
    for number in range(MANY):
        ask.service.workspace.report("opened", 5 + number, delivery)
    context = message_page(ask.service, delivery_id)
    assert context is not None
    assert (len(context["life"]), context["earlier"]) == (31, MANY - 30)
    assert f"{MANY - 30} more, then the last 30" in read("message", context).text
    story = person_page(ask.service, delivery.person, Query(kind="messages"))
    assert story is not None
    assert len(story["story"]) == 21


def test_a_batch_with_many_notes(ask: Any) -> None:
    """An entry of a batch has the first notes and names, its page more of them; both say how many there are."""
    gone = [{"type": "person", "action": "delete", "identifiers": {"id": f"p{number}"}} for number in range(MANY)]
    ask.notes("POST", "/api/v2/batch", {"batch": gone})
    page = requests_page(ask.service, {}, Query())
    (entry,) = page["entries"]
    assert (len(entry.notes), entry.more_notes, len(entry.unsaid)) == (10, MANY - 10, 3)
    assert entry.people == ("p0", "p1", "p2")
    assert entry.summary == f"{MANY} items: of the first 500 500 person_delete"
    assert f"and {MANY - 10} more notes" in read("requests", page).text
    one = request_page(ask.service, ask.service.log.number, "http://localhost")
    assert f"and {MANY - 100} more notes" in read("request", one).text


def test_requests_that_were_not_searched(ask: Any, monkeypatch: Any) -> None:
    """Where a log is too large to be searched for a person at once, the pages lead on."""
    monkeypatch.setattr("pytest_customerio.tools.sandbox.pages.requests.request_search._PER_ENTITY", 3_000_000)
    ask.identify("42")
    for number in range(4):
        ask.identify(f"p{number}")
    person = person_page(ask.service, ask.person("id", "42").cio_id, Query())
    text = " ".join(read("person", person).text.split())
    assert "3 older requests were not searched for this person, because that takes long: search them." in text
    page = requests_page(ask.service, {}, Query(person="42"))
    assert (page["entries"], page["older"]) == ([], f"/?person=42&before={ask.service.log.number - 1}")
    assert "Nothing of this kind has arrived." not in read("requests", page).text
    assert "The search stopped here" in read("requests", page).text


def test_many_faults(ask: Any) -> None:
    """Of many faults, the first are listed."""
    for _ in range(60):
        ask.service.fault("429-retry-after")
    page = requests_page(ask.service, {}, Query())
    assert (len(page["faults"]), page["more_faults"]) == (20, 40)
    assert "and 40 more" in read("requests", page).text
