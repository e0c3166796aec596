"""The form in which the App API returns people and pages of results."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.api.app.format import attributes, customer, identifier_page, segment_data
from pytest_customerio.tools.sandbox.workspace.people.person import Person
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment

ADA = Person("a3ff", {"id": "42"}, {"age": 36}, {"age": 100}, identified_at={"cio_id": 90, "id": 91})


def test_a_person() -> None:
    """Attributes are text, identifiers are among them; an identifier that is not set is null."""
    assert attributes(ADA) == {"id": "42", "age": "36"}
    assert customer(ADA) == {
        "id": "42",
        "identifiers": {"cio_id": "a3ff", "email": None, "id": "42"},
        "attributes": {"cio_id": "a3ff", "id": "42", "age": "36"},
        "timestamps": {"cio_id": 90, "id": 91, "age": 100},
        "unsubscribed": False,
        "devices": [],
    }
    assert identifier_page([ADA], "7") == {
        "identifiers": [{"cio_id": "a3ff", "email": None, "id": "42"}],
        "ids": ["42"],
        "next": "7",
    }


def test_a_segment() -> None:
    """The deduplicate_id consists of the number and the time of creation."""
    assert segment_data(Segment(7, "Readers", created=100))["deduplicate_id"] == "7:100"
