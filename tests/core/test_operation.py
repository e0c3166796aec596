"""An operation is a value, which tests compare with the text of its id."""

from __future__ import annotations

import json

from pytest_customerio.core.operation import Operation, OperationName

EVENT = Operation("track.event", "track", "POST", "/x", {"us": "track.customer.io"}, "basic", "")


def test_an_operation_is_compared_with_text() -> None:
    """An operation equals the text of its id, from both sides, in lists and as a key; a failed assertion shows the id."""
    other = EVENT._replace(docs="https://example.com")
    assert EVENT == "track.event"
    assert "track.event" in [EVENT, other]
    assert {EVENT: 1}["track.event"] == 1  # type: ignore[index]
    assert (EVENT != "track.identify", other != EVENT, EVENT._replace() == EVENT, EVENT == 3) == (
        True,
        True,
        True,
        False,
    )
    assert (str(EVENT), repr(EVENT), f"{EVENT}") == ("track.event", "<track.event>", "track.event")


def test_the_name_of_an_operation_is_a_text_with_parts() -> None:
    """It is compared and written like any text."""
    name = OperationName("app.send_email")
    assert (name.id, name.surface, name.name) == (name, "app", "send_email")
    assert (json.dumps(name), type(name.id)) == ('"app.send_email"', str)


def test_an_operation_knows_its_name_and_its_schema() -> None:
    """Name and schema of an operation follow from its id."""
    assert EVENT.name == "event"
