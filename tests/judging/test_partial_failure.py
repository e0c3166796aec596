"""Rule `partial-failure-ignored`: each rejected item of a 207 is repaired or reported, no accepted one is sent again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, LogLine, Message, Observation
from pytest_customerio.judging.judgement import judge

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
EMPTY = CASE._replace(id="207-empty-errors", accepted="surely")
WARNED = LogLine("batch", "WARNING", "app.crm")
LOST = "lost: nothing about the rejected item after the 207, not even logged"


class CrmError(Exception):
    """What the application raises."""


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


def judged(observation, **asked):
    outcome, violations = judge(observation, **asked)
    return outcome, [(one.rule, one.got) for one in violations]


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
def test_outcomes_of_a_partial_failure(observation, outcome, found):
    """Recovered if all rejected items were accepted later, lost if one is left; accepted items must not be sent again."""
    assert judged(observation) == (outcome, [("partial-failure-ignored", got) for got in found])


def test_one_event_makes_up_for_one_event():
    """Two rejected events of one person need two repaired ones; one identify may hold what two said."""
    rejected = attempt("b b1", bad="b b1", met=True, status=207, twice="event")
    one, two = attempt("b2", twice="event"), attempt("b2 b3", twice="event")
    assert judged(Observation(CASE, [rejected, one]))[0] == "lost"
    assert judged(Observation(CASE, [rejected, two]))[0] == "recovered"
    people = attempt("b b1", bad="b b1", met=True, status=207)
    assert judged(Observation(CASE, [people, attempt("b2")]))[0] == "recovered"


def test_a_log_line_is_enough_only_where_the_test_says_so():
    """With best_effort a log record is enough; without a record the items are lost."""
    assert judged(seen(logs=[WARNED]), best_effort=True) == ("lost", [])
    assert judged(seen(), best_effort=True)[1]


def test_an_undeclared_exception_is_reported_once():
    """The items are not reported as lost too."""
    assert judged(seen(raised=CrmError()))[1] == [("undeclared-exception", "CrmError")]


def test_the_hints_say_what_to_do():
    """The hint is Python code, and names the official SDK."""
    ((lost,), (twice,)) = (judge(one)[1] for one in (seen(), seen(attempt("a"), reported=True)))
    assert 'response.json()["errors"]' in lost.hint
    assert twice.expected == "only rejected items sent again, repaired"
    assert judge(seen(attempt("a"), bad="", case=EMPTY))[1][0].expected == "nothing sent again: all items were accepted"


@given(st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)))
def test_lost_exactly_if_one_item_is_left(rejected, repaired):
    """Any items are rejected, and any of them repaired."""
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
