"""One person: there, reachable, not suppressed; an event by its exact name; attributes of the types needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.doctor.asking import Ask, NoKeyError
from pytest_customerio.tools.doctor.diagnosis import Finding
from pytest_customerio.tools.doctor.history import App, Sandbox
from pytest_customerio.tools.doctor.people import Asked, attribute, event, look, reads_like

ADA = {"identifiers": {"cio_id": "c1", "email": "ada@example.com"}, "attributes": {"age": "36"}, "unsubscribed": False}
FOUND = {
    "/v1/customers?email=ada%40example.com": {"results": [{"cio_id": "c1"}]},
    "/v1/customers/c1/attributes?id_type=cio_id": {"customer": ADA},
    "/v1/customers/a%2Fb/attributes": {"customer": ADA},
    "/v1/customers/c1/activities?id_type=cio_id&type=event&limit=100": {
        "activities": [{"name": "Purchase"}, {"data": {"name": "x"}}]
    },
    "/v1/esp/search_suppression/ada%40example.com": {"suppressions": []},
}


def answering(answers: Mapping[str, Any]) -> Ask:
    def ask(operation: str, place: str, payload: object) -> Answer:
        found = answers.get(place, 404)
        return Answer(found) if isinstance(found, int) else Answer(200, "OK", (), json.dumps(found).encode())

    return ask


def told(asked: Asked, **changed: Any) -> list[tuple[str, str, str]]:
    ask = answering({**FOUND, **changed.pop("answers", {})})
    return [(one.check, one.state, one.seen) for one in look(ask, App(ask), asked)]


def test_all_is_well() -> None:
    """By address, by id, with an event that was received."""
    assert told(Asked(email="ada@example.com", event="Purchase")) == [
        ("address", "ok", "one person has it"),
        ("suppressed", "ok", "no"),
        ("person", "ok", "is there"),
        ("reachable", "ok", "subscribed, and has an e-mail address"),
        ("event", "ok", "received"),
    ]
    assert told(Asked(person="a/b", needs=[("email", "text")]))[-1] == ('attribute "email"', "ok", "a text")


def test_nothing_asked() -> None:
    """Nothing is said; without a person there is nobody to ask about."""
    assert told(Asked()) == []
    assert told(Asked(event="x")) == [("person", "skipped", "whose? name one with --person or --email")]


def test_no_key() -> None:
    """Skipped, and why."""

    def ask(operation: str, place: str, payload: object) -> Answer:
        raise NoKeyError("no key for it")

    assert list(look(ask, App(ask), Asked(person="1"))) == [Finding("person", "skipped", "no key for it")]


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
    """Nobody, several, or no answer."""
    assert told(Asked(email="ada@example.com"), answers={"/v1/customers?email=ada%40example.com": answer})[0] == seen


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (
            {"suppressions": [{"reason": "bounce"}]},
            ("problem", "suppressed by the service that delivers: it gets nothing"),
        ),
        (403, ("skipped", "the App API does not tell")),
    ],
)
def test_suppressed(answer: object, seen: tuple[str, str]) -> None:
    """On the list of the service that delivers."""
    place = "/v1/esp/search_suppression/ada%40example.com"
    assert told(Asked(email="ada@example.com"), answers={place: answer})[1] == ("suppressed", *seen)


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
    """Not there, or not to be reached."""
    assert told(Asked(person="1"), answers={"/v1/customers/1/attributes": answer}) == seen


def test_events_that_are_not_told() -> None:
    """Skipped: not received is something else."""
    place = "/v1/customers/c1/activities?id_type=cio_id&type=event&limit=100"
    assert told(Asked(person="a/b", event="x"), answers={place: 403})[-1] == (
        "event",
        "skipped",
        "the App API does not tell",
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
            "received as text of 24 characters, which is another name: names are compared exactly",
        ),
    ],
)
def test_events(name: str, received: list[str], state: str, seen: str) -> None:
    """Letter by letter; names that hold personal data are not shown."""
    found = event(name, received)
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
    """Of the kind that is needed, or what they are instead; over the App API that may stay open."""
    found = attribute("plan", kind, {"plan": value}, exact=exact)
    assert (found.check, found.state, found.seen) == ('attribute "plan"', state, seen)


def test_an_attribute_that_is_not_there() -> None:
    """Names are compared exactly, too."""
    assert attribute("Plan", "text", {"plan": "x"}, exact=True).seen == "not there"


@settings(deadline=None)
@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()), st.booleans())
def test_any_attribute(value: object, exact: bool) -> None:
    """Whatever it is, something is said of it, and not what it is."""
    for kind in ("text", "number", "boolean", "timestamp"):
        found = attribute("a", kind, {"a": value}, exact=exact)
        assert found.state in ("ok", "note", "problem")
        assert found.state != "ok" or kind in reads_like(value)


def test_a_sandbox_remembers() -> None:
    """Types as they were sent, all events, and whom it never wants back."""
    ask = answering(
        {
            "/_sandbox/people/c1": {"attributes": {"age": 36}, "events": [{"name": "Purchase"}]},
            "/_sandbox/workspace": {"suppressed": [{"kind": "email", "value": "ADA@example.com"}]},
        }
    )
    history = Sandbox(ask)
    assert history.attributes(ADA) == {"age": 36}
    assert history.events(ADA) == ["Purchase"]
    assert history.suppressed("ada@example.com") == "suppressed in the workspace"
    assert history.suppressed("eve@example.com") == ""
    assert history.attributes({"cio_id": "c2"}) == {}
