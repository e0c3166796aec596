"""The form in which the App API returns people and pages of results."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.api.app_format import attributes, customer, identifier_page, page, segment_data
from pytest_customerio.tools.sandbox.api.call import Call
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.segments import Segment

ADA = Person("a3ff", {"id": "42"}, {"age": 36}, {"age": 100})


def test_a_person() -> None:
    """Attributes are text, identifiers are among them, and unknown identifiers are empty."""
    assert attributes(ADA) == {"id": "42", "age": "36"}
    assert customer(ADA) == {
        "id": "42",
        "identifiers": {"cio_id": "a3ff", "email": "", "id": "42"},
        "attributes": {"cio_id": "a3ff", "id": "42", "age": "36"},
        "timestamps": {"cio_id": 0, "id": 0, "age": 100},
        "unsubscribed": False,
        "devices": [],
    }
    assert identifier_page([ADA], "7") == {
        "identifiers": [{"cio_id": "a3ff", "email": "", "id": "42"}],
        "ids": ["42"],
        "next": "7",
    }


def test_a_segment() -> None:
    """The deduplicate_id consists of the number and the time of creation."""
    assert segment_data(Segment(7, "Readers", created=100))["deduplicate_id"] == "7:100"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ([0, 1, 2], "3")),
        ({"limit": "2"}, ([0, 1], "2")),
        ({"start": "3"}, ([3, 4], "")),
        ({"start": "x", "limit": "x"}, ([0, 1, 2], "3")),
        ({"start": "9"}, ([], "")),
    ],
)
def test_a_page(query: dict[str, str], expected: tuple[list[int], str]) -> None:
    """A page has the start of the next one, unless it is the last."""
    assert page(range(5), Call(query=query), limit=3) == expected
