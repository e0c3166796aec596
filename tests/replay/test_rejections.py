"""The items of a batch that a 207 rejects."""

from __future__ import annotations

import json

import pytest

from pytest_customerio.core.model import Answer
from pytest_customerio.core.observation import Message
from pytest_customerio.replay.identity import UNNAMED
from pytest_customerio.replay.rejections import again, marked, rejections


def errors(*indexes, **more):
    return [{"batch_index": at, "reason": "invalid", "field": "name", **more} for at in indexes]


def answer(listed, status=207):
    return Answer(status, "", (), json.dumps({"errors": listed}).encode())


def item(name):
    """One item of a batch."""
    return Message(name)


@pytest.mark.parametrize(
    ("body", "indexes"),
    [
        ({"errors": errors(1)}, {1: 1}),
        ({"errors": errors(0, 2)}, {0: 1, 2: 1}),
        ({"errors": errors(0, 0)}, {0: 2}),
        ({"errors": []}, {}),
        ({"errors": {"batch_index": 0}}, {}),
        ({"errors": [1, {"batch_index": "0"}, {"batch_index": True}, {"reason": "x"}]}, {}),
        ({}, {}),
        ([], {}),
    ],
)
def test_the_errors_of_an_answer(body, indexes):
    """The errors of each index; entries without a valid index are ignored."""
    assert {at: len(found) for at, found in rejections(Answer(207, body=json.dumps(body).encode())).items()} == indexes


def test_an_answer_that_is_no_json_has_none():
    """An answer that is empty, HTML or nested too deep rejects nothing."""
    assert [rejections(Answer(207, body=body)) for body in (b"", b"<html>", b"[" * 100_000, b"\xff")] == [{}] * 4


@pytest.mark.parametrize(("status", "rejected"), [(207, [False, True]), (200, [False, True]), (400, [False, False])])
def test_a_2xx_with_errors_is_no_delivery(status, rejected):
    """The items that a 2xx names are rejected, whatever its status; another answer says nothing about items."""
    assert [one.rejected for one in marked((item("a"), item("b")), answer(errors(1), status))] == rejected


@pytest.mark.parametrize(
    ("field", "stays"), [("name", True), ("", True), (None, True), ("attributes.a", False), ("identifiers.id", False)]
)
def test_the_person_alone_identifies_a_repair_if_the_name_was_wrong(field, stays):
    """If something else was wrong, another event of that person is another event."""
    message = Message("a", likeness=frozenset({f"{UNNAMED}person event 42", "person event 42 buy"}))
    (found,) = marked([message], answer(errors(0, field=field)))
    assert (f"{UNNAMED}person event 42" in found.likeness) is stays
    assert "person event 42 buy" in found.likeness


def test_an_unrepaired_item_is_rejected_again():
    """An unrepaired item is rejected at its new index with all its errors, with a 400 if it comes alone. Repaired and
    new items are accepted."""
    first, listed = [item("a"), item("b"), item("c")], errors(1, 1, 2)
    found = again(answer(listed), first, [item("x"), item("y"), item("b")], batch=True)
    assert found.status == 207
    assert json.loads(found.body)["errors"] == errors(2, 2)
    alone = again(answer(listed), first, [item("c")], batch=False)
    assert (alone.status, json.loads(alone.body)) == (400, {"errors": [{"reason": "invalid", "field": "name"}]})
    assert again(answer(listed), first, [item("a"), item("b2")], batch=True) is None
