"""How a request finds its answer: what it says without people and times, and the mark that is written beside it."""

from __future__ import annotations

from typing import Any

import pytest
from echo import CATALOG, put

from pytest_customerio.cassettes.recording import matching
from pytest_customerio.cassettes.recording.matching import MARK, identity, mark, recorded_identity

REQUEST = {
    "method": "PUT",
    "uri": "https://track.customer.io/api/v1/customers/42",
    "headers": {},
    "body": '{"plan": "gold", "email": "ada@example.org"}',
}


def interaction(marked: object = None, **request: Any) -> dict[str, Any]:
    return {"request": {**REQUEST, **request}, "response": {MARK: marked} if marked else {}}


def test_the_same_of_other_people_at_another_time() -> None:
    """Requests that differ in people and times share a key; the values of people are given in order."""
    first, names = identity(put("jane", email="jane@corp.org", seen_at=1_764_000_000), CATALOG)
    second, others = identity(put("joe", email="joe@corp.org", seen_at=1_795_000_000), CATALOG)
    assert first == second
    assert (names, others) == (("jane", "jane@corp.org", "1764000000"), ("joe", "joe@corp.org", "1795000000"))


def test_what_is_said_makes_another_key() -> None:
    """Other members, other types of values and other words of Customer.io's make another request; own data does not."""
    others = ({"n": 1}, {"n": "1"}, {"m": 1}, {}, {"cio_relationships": {"action": "add_relationships"}})
    assert len({identity(put("jane", **more), CATALOG)[0] for more in others}) == 5
    assert identity(put("jane", n=1), CATALOG)[0] == identity(put("jane", n=2), CATALOG)[0]


def test_a_mark_that_fits_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a mark that was made of this request nothing is scrubbed again."""
    marked = mark(REQUEST, "key", ("a", "b"))
    monkeypatch.setattr(matching, "identity", lambda *_: pytest.fail("scrubbed again"))
    assert recorded_identity(interaction(marked), CATALOG) == ("key", ("a", "b"))


@pytest.mark.parametrize("marked", [None, "key", {}, {"key": "k", "names": []}, {**mark(REQUEST, "k", ()), "of": 1}])
def test_a_mark_that_does_not_fit_is_passed_over(marked: object) -> None:
    """Without a mark, or with that of another request, the identity is worked out."""
    key, names = recorded_identity(interaction(marked), CATALOG)
    assert (key, names) == identity(put("42", plan="gold", email="ada@example.org"), CATALOG)


def test_a_request_changed_by_hand() -> None:
    """A mark does not fit a request that was changed after it was made."""
    marked = mark(REQUEST, "key", ())
    assert recorded_identity(interaction(marked, method="POST"), CATALOG)[0] != "key"


def test_a_request_that_json_cannot_hold() -> None:
    """Bytes in a body, as vcrpy writes them, have no mark of ours."""
    assert recorded_identity(interaction({"key": "k", "names": [], "of": None}, body=b"{}"), CATALOG)[0] != "k"
