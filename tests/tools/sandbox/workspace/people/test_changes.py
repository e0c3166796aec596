"""Which values of a person a call changed."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.people.changes import (
    LONGEST,
    changes,
    known_person,
    shown_change,
    values,
)
from pytest_customerio.tools.sandbox.workspace.people.people import People


def test_changes() -> None:
    """Values that are others now, cut to the length that the log has; a person may be named by the e-mail address."""
    people = People()
    ada, _ = people.identify(("email", "ada@example.com"), {"plan": "pro", "age": 36}, 1)
    assert ada is not None
    given = {"email": "ada@example.com", "plan": "free", "note": "x" * 2000, "nick": None}
    assert known_person(people, ("id", "42"), given) is ada
    before = values(ada, given)
    assert before == {"email": "ada@example.com", "plan": "pro", "note": "", "nick": ""}
    people.identify(("id", "42"), given, 2)
    found = changes(ada, before)
    assert found == {"plan": ("pro", "free"), "note": ("", "x" * LONGEST)}
    assert shown_change(found["plan"]) == {"from": "pro", "to": "free"}
    assert shown_change((36, ["x" * 2000])) == {"from": "36", "to": f'["{"x" * (LONGEST - 2)}'}
    assert known_person(people, ("id", "7"), {"plan": 1}) is None
    assert values(None, {"plan": 1}) == {"plan": ""}
