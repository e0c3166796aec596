"""A batch accepted in part: each rejected item is repaired or told, no accepted one is sent again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, LogLine, Message, Observation
from pytest_customerio.judging.judgement import judge
from pytest_customerio.judging.partial import again, marked, rejections
from pytest_customerio.replay.identity import UNNAMED

CASE = ErrorCase(
    "207-partial-failure",
    "207-partial-failure",
    "track_v2",
    "once",
    Answer(207, "Multi-Status"),
    False,
    ("track_v2.batch",),
    "207",
    "",
    "",
    Provenance("observed"),
    kind="partial",
    accepted="partly",
)
EMPTY = replace(CASE, id="207-empty-errors", accepted="surely")
WARNED = LogLine("batch", "WARNING", "app.crm")


class CrmError(Exception):
    """What the application raises."""


def errors(*indexes, **more):
    return [{"batch_index": at, "reason": "invalid", "field": "name", **more} for at in indexes]


def answer(listed, status=207):
    return Answer(status, "", (), json.dumps({"errors": listed}).encode())


def item(name, **more):
    """One item, alike by its first letter."""
    return Message(name, likeness=frozenset({name[0]}), **more)


def attempt(names, *, bad="", met=False, status=200, draining=False, twice=""):
    """An attempt with an item for each name, those in `bad` rejected."""
    said = tuple(item(name, rejected=name in bad.split(), twice=twice) for name in names.split())
    return Attempt(names, "track_v2.batch", 0.0, status, None, draining, said, met=met)


def seen(*later, bad="b", case=CASE, twice="", **what):
    """A batch of a, b, c of which `bad` is rejected, and what was sent later."""
    first = attempt("a b c", bad=bad, met=True, status=207, twice=twice)
    return Observation(case, [first, *later], **what)


def told(observation, **asked):
    outcome, violations = judge(observation, **asked)
    return outcome, [(one.rule, one.got) for one in violations]


LOST = "lost: nothing about the rejected item after the 207, not even logged"


@pytest.mark.parametrize(
    ("observation", "outcome", "found"),
    [
        (seen(attempt("b2")), "recovered", []),
        (seen(attempt("b2"), reported=True, pending=True), "recovered", []),
        (seen(attempt("b2", draining=True)), "deferred", []),
        (seen(raised=CrmError(), declared=True), "raised", []),
        (seen(pending=True), "deferred", []),
        (seen(reported=True), "reported", []),
        (seen(), "lost", [LOST]),
        (seen(logs=[WARNED]), "lost", [LOST.replace("not even logged", "only logged (WARNING app.crm)")]),
        (seen(attempt("x")), "lost", [LOST]),
        (seen(attempt("b2", status=400)), "lost", [LOST]),
        (seen(attempt("b2", bad="b2")), "lost", [LOST]),
        (seen(attempt("b2", bad="b2"), attempt("b3")), "recovered", []),
        (seen(attempt("b"), bad="b"), "recovered", ["1 of 1 rejected items sent again unrepaired"]),
        (seen(bad="a b"), "lost", ["lost: nothing about 2 of 2 rejected items after the 207, not even logged"]),
        (
            seen(attempt("b2"), bad="a b"),
            "lost",
            ["lost: nothing about 1 of 2 rejected items after the 207, not even logged"],
        ),
        (seen(attempt("b2"), attempt("a2"), bad="a b"), "recovered", []),
        (seen(attempt("b2"), attempt("a2", draining=True), bad="a b"), "deferred", []),
        (seen(attempt("a b2 c")), "recovered", ["2 of 2 accepted items sent again"]),
        (
            seen(attempt("a b c", bad="b", met=True, status=207)),
            "lost",
            [LOST, "2 of 2 accepted items sent again, 1 of 1 rejected items sent again unrepaired"],
        ),
        (seen(attempt("a"), reported=True), "reported", ["1 of 2 accepted items sent again"]),
        (seen(bad="", case=EMPTY), "recovered", []),
        (seen(attempt("a"), bad="", case=EMPTY), "recovered", ["1 of 3 accepted items sent again"]),
    ],
)
def test_how_a_partial_failure_fared(observation, outcome, found):
    """Recovered when all rejected items were accepted later, lost when one is left; nothing accepted goes out again."""
    assert told(observation) == (outcome, [("partial-failure-ignored", got) for got in found])


def test_one_event_makes_up_for_one_event():
    """Two rejected events of one person need two; one identify may hold what two said."""
    rejected = attempt("b b1", bad="b b1", met=True, status=207, twice="event")
    one, two = attempt("b2", twice="event"), attempt("b2 b3", twice="event")
    assert told(Observation(CASE, [rejected, one]))[0] == "lost"
    assert told(Observation(CASE, [rejected, two]))[0] == "recovered"
    people = attempt("b b1", bad="b b1", met=True, status=207)
    assert told(Observation(CASE, [people, attempt("b2")]))[0] == "recovered"


def test_a_log_line_is_enough_only_where_the_test_says_so():
    """best_effort; silence never is."""
    assert told(seen(logs=[WARNED]), best_effort=True) == ("lost", [])
    assert told(seen(), best_effort=True)[1]


def test_an_undeclared_exception_is_told_once():
    """Not as lost too."""
    assert told(seen(raised=CrmError()))[1] == [("undeclared-exception", "CrmError")]


def test_the_hints_say_what_to_do():
    """In Python, and what the official SDK does."""
    ((lost,), (twice,)) = (judge(one)[1] for one in (seen(), seen(attempt("a"), reported=True)))
    assert 'response.json()["errors"]' in lost.hint
    assert twice.expected == "only rejected items sent again, repaired"
    assert judge(seen(attempt("a"), bad="", case=EMPTY))[1][0].expected == "nothing sent again: all items were accepted"


# Answers.


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
    """By index, several on one; anything else is none."""
    assert {at: len(found) for at, found in rejections(Answer(207, body=json.dumps(body).encode())).items()} == indexes


def test_an_answer_that_is_no_json_has_none():
    """Empty, HTML, nested too deep."""
    assert [rejections(Answer(207, body=body)) for body in (b"", b"<html>", b"[" * 100_000, b"\xff")] == [{}] * 4


@pytest.mark.parametrize(("status", "rejected"), [(207, [False, True]), (200, [False, True]), (400, [False, False])])
def test_a_2xx_with_errors_is_no_delivery(status, rejected):
    """Whatever its status; other answers say nothing about items."""
    assert [one.rejected for one in marked((item("a"), item("b")), answer(errors(1), status))] == rejected


@pytest.mark.parametrize(
    ("field", "kept"), [("name", True), ("", True), (None, True), ("attributes.a", False), ("identifiers.id", False)]
)
def test_the_person_alone_tells_a_repair_where_the_name_was_wrong(field, kept):
    """Else another event of that person is another event."""
    message = Message("a", likeness=frozenset({f"{UNNAMED}person event 42", "person event 42 buy"}))
    (found,) = marked([message], answer(errors(0, field=field)))
    assert (f"{UNNAMED}person event 42" in found.likeness) is kept
    assert "person event 42 buy" in found.likeness


def test_an_unrepaired_item_is_rejected_again():
    """At its new place, with all its errors; as a 400 where it comes alone; repaired and new ones are accepted."""
    first, listed = [item("a"), item("b"), item("c")], errors(1, 1, 2)
    found = again(answer(listed), first, [item("x"), item("y"), item("b")], batch=True)
    assert found.status == 207
    assert json.loads(found.body)["errors"] == errors(2, 2)
    alone = again(answer(listed), first, [item("c")], batch=False)
    assert (alone.status, json.loads(alone.body)) == (400, {"errors": [{"reason": "invalid", "field": "name"}]})
    assert again(answer(listed), first, [item("a"), item("b2")], batch=True) is None


@given(st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)))
def test_lost_exactly_where_one_is_left(rejected, repaired):
    """For any items rejected and any of them repaired."""
    first = Attempt(
        "all",
        "op",
        0.0,
        207,
        None,
        False,
        tuple(Message(str(n), likeness=frozenset({n}), rejected=n in rejected) for n in range(8)),
        met=True,
    )
    later = Attempt(
        "later",
        "op",
        1.0,
        200,
        None,
        False,
        tuple(Message(f"{n}r", likeness=frozenset({n})) for n in sorted(repaired)),
        met=False,
    )
    outcome, violations = judge(Observation(CASE, [first, later]))
    assert (outcome == "recovered") is (rejected <= repaired)
    assert bool(violations) is not (rejected <= repaired)
