"""The member that was probably meant is found by its letters, its meaning, or a name that is nearly the same."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.engine.members import nearest_member

EVENT = ("name", "id", "type", "timestamp", "data")
ENTITY = ("type", "action", "identifiers", "name", "attributes", "timestamp")
MESSAGE = ("transactional_message_id", "to", "from", "reply_to", "message_data", "body", "body_plain", "subject")


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("properties", EVENT, "data"),
        ("event", EVENT, "name"),
        ("timestmp", EVENT, "timestamp"),
        ("price", EVENT, None),
        ("traits", ("ids",), None),
        ("traits", ENTITY, "attributes"),
        ("userId", ENTITY, "identifiers"),
        ("messageData", MESSAGE, "message_data"),
        ("message_date", MESSAGE, "message_data"),
        ("_from", MESSAGE, "from"),
        ("Reply-To", MESSAGE, "reply_to"),
        ("template_id", MESSAGE, "transactional_message_id"),
        ("html", MESSAGE, "body"),
        ("segment", ("data", "recipients", "ids"), "recipients"),
        ("user_id", ("userId", "traits"), "userId"),
        ("", EVENT, None),
        ("x" * 10_000, EVENT, None),
    ],
)
def test_the_member_that_was_meant(name: str, known: tuple[str, ...], expected: str | None) -> None:
    """Spelling comes before meaning, and meaning before likeness; a name that is like none has none."""
    assert nearest_member(name, known) == expected
