"""Checks one person: exists, can be reached, is not suppressed, received an event, has attributes of the types needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.asking import Call, NoKeyError
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.doctor.history import AppApiHistory
from pytest_customerio.tools.doctor.people import PersonQuery, check_attribute, check_event, check_person, kinds_of

ADA = {"identifiers": {"cio_id": "c1", "email": "ada@example.com"}, "attributes": {"age": "36"}, "unsubscribed": False}
FOUND = {
    "/v1/customers?email=ada%40example.com": {"results": [{"cio_id": "c1"}]},
    "/v1/customers/cio_c1/attributes?id_type=cio_id": {"customer": ADA},
    "/v1/customers/a%2Fb/attributes": {"customer": ADA},
    "/v1/customers/cio_c1/activities?id_type=cio_id&type=event&limit=100": {
        "activities": [{"name": "Purchase"}, {"data": {"name": "x"}}]
    },
    "/v1/esp/search_suppression/ada%40example.com": {"suppressions": []},
}


def answering(answers: Mapping[str, Any]) -> Call:
    def call(operation: str, place: str, payload: object) -> Answer:
        found = answers.get(place, 404)
        return Answer(found) if isinstance(found, int) else Answer(200, "OK", (), json.dumps(found).encode())

    return call


def results(query: PersonQuery, answers: Mapping[str, Any] | None = None) -> list[tuple[str, str, str]]:
    call = answering({**FOUND, **(answers or {})})
    return [(one.check, one.state, one.seen) for one in check_person(call, AppApiHistory(call), query)]


def test_all_is_well() -> None:
    """A person is found by address or by id, with the event and the attribute that are asked for."""
    assert results(PersonQuery(email="ada@example.com", event="Purchase")) == [
        ("address", "ok", "one person has it"),
        ("suppressed", "ok", "no"),
        ("person", "ok", "is there"),
        ("reachable", "ok", "subscribed, and has an e-mail address"),
        ("event", "ok", "received"),
    ]
    assert results(PersonQuery(person="a/b", needs=[("email", "text")]))[-1] == ('attribute "email"', "ok", "a text")


def test_an_empty_query() -> None:
    """An empty query has no results. An event without a person is skipped."""
    assert results(PersonQuery()) == []
    assert results(PersonQuery(event="x")) == [("person", "skipped", "whose? name one with --person or --email")]


def test_no_key() -> None:
    """Without a key for the App API the person is skipped, with the reason."""

    def call(operation: str, place: str, payload: object) -> Answer:
        raise NoKeyError("no key for it")

    assert list(check_person(call, AppApiHistory(call), PersonQuery(person="1"))) == [
        Diagnosis("person", "skipped", "no key for it")
    ]


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ({"results": []}, ("address", "problem", "nobody has this address")),
        ({"results": None}, ("address", "problem", "nobody has this address")),
        (500, ("address", "problem", "app.find_by_email is answered 500")),
        ({"results": [{}, {}]}, ("address", "note", "2 people have it; this is about the first")),
    ],
)
def test_addresses(answer: object, seen: tuple[str, str, str]) -> None:
    """An address that nobody or several people have, or an error, is reported first."""
    assert (
        results(PersonQuery(email="ada@example.com"), answers={"/v1/customers?email=ada%40example.com": answer})[0]
        == seen
    )


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (
            {"suppressions": [{"reason": "bounce"}]},
            ("problem", "suppressed by the service that delivers: it gets nothing"),
        ),
        (403, ("skipped", "the App API does not say")),
    ],
)
def test_suppressed(answer: object, seen: tuple[str, str]) -> None:
    """An address on the list of the delivery service is a problem; a list that cannot be read is skipped."""
    place = "/v1/esp/search_suppression/ada%40example.com"
    assert results(PersonQuery(email="ada@example.com"), answers={place: answer})[1] == ("suppressed", *seen)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (404, [("person", "problem", "there is nobody with this id")]),
        (401, [("person", "problem", "answered 401")]),
        ({"customer": None}, [("person", "problem", "answered 200")]),
        (
            {"customer": {"unsubscribed": "true"}},
            [("person", "ok", "is there"), ("reachable", "problem", "unsubscribed: campaigns pass this person over")],
        ),
        ({"customer": {}}, [("person", "ok", "is there"), ("reachable", "note", "has no e-mail address")]),
    ],
)
def test_people(answer: object, seen: list[tuple[str, str, str]]) -> None:
    """A person who does not exist, has unsubscribed, or has no address is reported."""
    assert results(PersonQuery(person="1"), answers={"/v1/customers/1/attributes": answer}) == seen


def test_events_that_are_not_results() -> None:
    """Events that the App API does not show are skipped, not reported as missing."""
    place = "/v1/customers/cio_c1/activities?id_type=cio_id&type=event&limit=100"
    assert results(PersonQuery(person="a/b", event="x"), answers={place: 403})[-1] == (
        "event",
        "skipped",
        "the App API does not say",
    )


@pytest.mark.parametrize(
    ("name", "received", "state", "seen"),
    [
        ("a", ["a", "b", "a"], "ok", "received 2 times"),
        (
            "signed up",
            ["Signed_Up"],
            "problem",
            'received as "Signed_Up", which is another name: names are compared exactly',
        ),
        ("purchase", ["purchased"], "problem", 'not received; the nearest is "purchased"'),
        ("purchase", ["login"], "problem", "not received, of 1 names"),
        ("!", ["?"], "problem", "not received, of 1 names"),
        (
            "purchase ada@example.com",
            ["Purchase ada@example.com"],
            "problem",
            'received as text of 24 characters, "Xxxxxxxx xxx@xxxxxxx.xxx", which is another name: names are compared exactly',
        ),
    ],
)
def test_events(name: str, received: list[str], state: str, seen: str) -> None:
    """Event names are compared exactly; the nearest is shown unless it contains personal data."""
    found = check_event(name, received)
    assert (found.state, found.seen) == (state, seen)


@pytest.mark.parametrize(
    ("value", "kind", "exact", "state", "seen"),
    [
        ("36", "text", True, "ok", "a text"),
        (36, "number", True, "ok", "a number"),
        (1764000000, "timestamp", True, "ok", "a timestamp"),
        (True, "boolean", True, "ok", "a boolean"),
        (1764000000000, "timestamp", True, "problem", "needed is a timestamp, this is a number"),
        ("36", "number", True, "problem", "needed is a number, this is text that reads like a number"),
        ("true", "boolean", True, "problem", "needed is a boolean, this is text that reads like a boolean"),
        ("yes", "boolean", True, "problem", "needed is a boolean, this is text"),
        ([], "text", True, "problem", "needed is a text, this is a something else"),
        ("36.5", "number", False, "note", "reads like a number; the App API shows all as text, so it may be one"),
        ("thirty", "number", False, "problem", "needed is a number, this is text"),
    ],
)
def test_attributes(value: object, kind: str, exact: bool, state: str, seen: str) -> None:
    """An attribute is of the kind needed, or the text says of which; the App API may leave that open."""
    found = check_attribute("plan", kind, {"plan": value}, exact=exact)
    assert (found.check, found.state, found.seen) == ('attribute "plan"', state, seen)


def test_an_attribute_that_is_not_there() -> None:
    """Attribute names are compared exactly."""
    assert check_attribute("Plan", "text", {"plan": "x"}, exact=True).seen == "not there"


@settings(deadline=None)
@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()), st.booleans())
def test_any_attribute(value: object, exact: bool) -> None:
    """Any value gets a result, and `ok` only where it is of the kind needed."""
    for kind in ("text", "number", "boolean", "timestamp"):
        found = check_attribute("a", kind, {"a": value}, exact=exact)
        assert found.state in ("ok", "note", "problem")
        assert found.state != "ok" or kind in kinds_of(value)
