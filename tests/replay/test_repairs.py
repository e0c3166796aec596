"""A refused payload that is sent again in a repaired form is delivered; another payload of the person is not."""

from __future__ import annotations

from json import dumps
from typing import Any

import pytest
from observed import PERMANENT, RATE

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest
from pytest_customerio.core.observation import Attempt, Message
from pytest_customerio.replay.identity import messages
from pytest_customerio.replay.repairs import is_repair, repair

CATALOG = Catalog.load()
PEOPLE = "https://track.customer.io/api/v1/customers/"
ENTITY = "https://track.customer.io/api/v2/entity"
REFUSED = PERMANENT._replace(family="400")
LONG = "x" * 1200


def said(method: str, url: str, payload: Any) -> Message:
    """The message of one request."""
    match = CATALOG.match(method, url, payload)
    assert match.operation is not None
    (one,) = messages(match.operation, WireRequest(method, url, {}, dumps(payload).encode()))
    return one


def person(number: str = "42", **attributes: Any) -> Message:
    """An identify of Track v1."""
    return said("PUT", f"{PEOPLE}{number}", attributes)


def event(name: str = "bought", *, id: str | None = None, **values: Any) -> Message:
    """An event of Track v1."""
    return said("POST", f"{PEOPLE}42/events", {"name": name, "data": values} | ({"id": id} if id else {}))


def entity(number: str, **attributes: Any) -> Message:
    """An identify of Track v2."""
    named = {"type": "person", "action": "identify", "identifiers": {"id": number}}
    return said("POST", ENTITY, named | {"attributes": attributes})


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (person(bio=LONG, plan="pro"), person(plan="pro"), True),
        (person(bio=LONG, plan="pro"), person(bio=LONG[:300], plan="pro"), True),
        (person(plan=[1]), person(plan="pro"), True),
        (person(plan="pro"), person(seen=1), False),
        (person(bio=LONG, plan="pro"), person(), False),
        (person(plan="pro"), person(plan="pro"), False),
        (person(bio=LONG, plan="pro"), person("43", plan="pro"), False),
        (entity("42", bio=LONG, plan="pro"), entity("42", plan="pro"), True),
        (entity("42", bio=LONG, plan="pro"), entity("43", plan="pro"), False),
        (event(note=LONG, total=3), event(total=3), True),
        (event(note=LONG, total=3), event(note=LONG[:300], total=3), True),
        (event(LONG), event(LONG[:100]), True),
        (event(total=3), event(total=4), False),
        (event(total=3, id="a"), event(total="3", id="a"), True),
        (event(total=3, id="a"), event(total="3", id="b"), False),
        (event(total=3), event("sold", total=3), False),
        (person(plan="pro")._replace(identity="PUT /x\nnot json"), person(plan="pro"), False),
    ],
)
def test_what_repairs_a_payload(before: Message, after: Message, found: bool) -> None:
    """Members are left out or texts are cut; an identify of the same person, or an event with the same id, may change."""
    assert is_repair(before, after) is found


def test_the_attempt_that_delivered_the_repaired_payload() -> None:
    """It comes after the error, got a 2xx, and repairs each refused message; a rate limit is no error of the payload."""
    wrong, other, mended = person(bio=LONG, plan="pro"), person("43", bio=LONG), person(plan="pro")
    first = Attempt("a", "track.identify", 1.0, 400, None, messages=(wrong,), met=True)
    early, later = (Attempt("b", "track.identify", at, 200, None, messages=(mended,), met=False) for at in (0.0, 2.0))
    refused = later._replace(status=400)
    assert repair(REFUSED, [first], [early, first, refused, later]) is later
    assert repair(REFUSED, [first], [early, first, refused, later._replace(met=True)]) is None
    assert repair(REFUSED, [first._replace(messages=(wrong, other))], [first, later]) is None
    assert repair(RATE, [first], [first, later]) is None
    assert repair(REFUSED, [], [later]) is None
