"""What becomes of single values: which stay, and which kind of fake takes the place of the others."""

from __future__ import annotations

from typing import Any

import pytest
from for_each import for_each

from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.positions import ANSWER, LISTED, OWN
from pytest_customerio.cassettes.recording.values import Values


def values(*known: str) -> Values:
    return Values(Fakes(), known, lambda url: "https://ours" if "customer.io" in url else None)


@pytest.mark.parametrize(
    ("key", "value", "scrubbed"),
    [
        ("email", "ada@corp.org", "person-1@example.com"),
        ("to", "Ada <ada@corp.org>, bob@corp.org", "person-1@example.com, person-2@example.com"),
        ("user_id", "ada", "id-1"),
        ("first_name", "Ada", "text-1"),
        ("phone", "+49 30 1234567", "+12025550001"),
        ("cio_id", "cio_abc", "cio_id-1"),
        ("next", "https://track.customer.io/x", "https://ours"),
        ("next", "https://corp.org/x", "https://example.com/page-1"),
        ("created_at", "2026-11-23", "2026-11-23"),
        ("birthday", "1990-01-02", "0001-01-01"),
        ("type", "person", "person"),
        ("n", "7", "7"),
        ("mine", "known", "known"),
    ],
)
def test_texts(key: str, value: str, scrubbed: str) -> None:
    """A text stays if it is a word of the schemas, short, known or a time; else its form and its key decide the fake."""
    assert values("known").text(value, key) == scrubbed


@pytest.mark.parametrize(
    ("key", "value", "scrubbed"),
    [
        ("age", 41, 41),
        ("user_id", 41, 900_000_000_000_001),
        ("created_at", 1_764_000_000, 1_764_000_000),
        ("revenue", 1_234_567.25, 900_000_000_000_001.5),
        ("flag", True, True),
        ("nothing", None, None),
    ],
)
def test_numbers(key: str, value: Any, scrubbed: Any) -> None:
    """A number stays if it is small or a time and no id; else it becomes a number that is recognised."""
    assert values().whole({key: value}, LISTED) == {key: scrubbed}


def test_names_of_members() -> None:
    """A name that is data, such as an address, gets a fake; any other name stays."""
    assert values().whole({"favourite_colour": None, "ada@corp.org": True}, OWN) == {
        "favourite_colour": None,
        "person-1@example.com": True,
    }


def test_names_of_events() -> None:
    """A member that holds the name of an event keeps a name as developers choose it."""
    assert values().whole({"name": "order placed", "data": {"name": "Ada"}}, LISTED, ["name"]) == {
        "name": "order placed",
        "data": {"name": "text-1"},
    }


def test_a_sentence_of_customer_io() -> None:
    """In an answer a sentence stays, without the values of the request before it."""
    scrubber = values()
    scrubber.whole({"user_id": "ada-4711"}, OWN)
    found = scrubber.whole({"message": "user ada-4711 is invalid"}, ANSWER)
    assert found == {"message": "user id-1 is invalid"}


@for_each(
    ("value", "scrubbed"),
    [
        ("person", "text-1"),
        ("7", "900000000000001"),
        ("2026-11-23", "0001-01-01"),
        ("1711234567", "900000000000001"),
        ("mine", "mine"),
        ("", ""),
        (4711, 900_000_000_000_001),
        (1_764_000_000, 900_000_000_000_001),
        (0.5, 900_000_000_000_001.5),
        (True, True),
        ([1, "x"], [900_000_000_000_001, "text-1"]),
        ({"action": "event", "name": "Zelda Q"}, {"action": "text-1", "name": "text-2"}),
    ],
)
@for_each("key", ["plan", "title", "reason", "created_at", "date", "type"])
def test_own_data(key: str, value: Any, scrubbed: Any) -> None:
    """In the application's own data everything is replaced but known values, whatever the member is called."""
    if key == "type" or value != "x":
        found = values("mine").whole({key: value}, OWN)
        assert found == {key: scrubbed}
