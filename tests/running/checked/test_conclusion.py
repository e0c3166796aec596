"""The result of a test follows from what it sent and how it handled its errors."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import (
    Answer,
    ErrorCase,
    Outcome,
    PendingInteraction,
    Provenance,
    Severity,
    Verdict,
    Violation,
)
from pytest_customerio.core.observation import Attempt, Observation
from pytest_customerio.core.operation import Operation
from pytest_customerio.judging.judgement import Judgement
from pytest_customerio.judging.ledger import Record
from pytest_customerio.replay.replay import Replay
from pytest_customerio.reporting.sentences import blocked, messages
from pytest_customerio.running.checked.checked import CheckedTest, SessionParts
from pytest_customerio.running.checked.conclusion import Conclusion, Judge, verdicts
from pytest_customerio.running.checked.replayed_case import ReplayedCase
from pytest_customerio.running.planning.plan import Plan

EVENT = Operation("track.event", "track", "POST", "/x", {"us": "track.customer.io"}, "basic", "")
PERSON = Operation("track.identify", "track", "PUT", "/y", {"us": "track.customer.io"}, "basic", "")
RATE = ErrorCase(
    "429-rate-limited-persists", "429", "track", "persists", Answer(429), True, ("track.event",), "429", "", "",
    Provenance("documented"),
)  # fmt: skip
SERVER = ErrorCase(
    "500-server-error", "500", "track", "once", Answer(500), True, ("track.event",), "5xx", "", "",
    Provenance("documented"),
)  # fmt: skip
STRICT, JUDGE = Judge(strict=True), Judge(strict=False)


def violation(rule: str = "event-name-missing", severity: Severity = "error", where: str = "$.name") -> Violation:
    return Violation(rule, severity, where, "a name", "null", sent_from="app.py:3 in buy")


def checked(*found: Violation, operations=(EVENT,), nodeid: str = "test_app.py::test_buy", **plan) -> CheckedTest:
    """A test that sent one request to each operation, each of which violated these rules."""
    sent = iter(operations)
    record = Record(nodeid, lambda _: Judged(next(sent), found))
    for _ in operations:
        record.hear(PendingInteraction("requests", "POST", "https://track.customer.io/x", attempts=2))
    record.settle()
    return CheckedTest(cast("SessionParts", None), Plan(nodeid, **plan), record)


def judgement(
    *found: Violation, outcome: Outcome | None = "lost", case: ErrorCase = RATE, attempts: int = 1
) -> Judgement:
    """One payload that met a case."""
    seen = Observation(case, attempts=(Attempt("42", "track.event", 0.0, 429, None),), waits=(1.0, 2.0))
    return Judgement(case, "track.event", seen, outcome, found, attempts)


def unmet(sent: int = 1, name: str = "", case: ErrorCase = RATE, *, attempted: bool = False) -> ReplayedCase:
    """A case that no request met."""
    made = ReplayedCase(Replay({"track": case}, ErrorsMark(), variant=lambda found, _: found), ErrorsMark(), name=name)
    made.sent = sent
    made.replay.observer.attempts = [Attempt("42", "track.event", 0.0, 200, None)] if attempted else []
    return made


def conclusion(test: CheckedTest, *cases: ReplayedCase, judge: Judge | None = None) -> Conclusion:
    """The conclusion about the call phase; of a judge of its own, because a judge explains each cause once."""
    judge = judge or Judge(strict=False)
    return judge.conclusion(test, judge.unreported(test), cases)


def reported(test: CheckedTest, judge: Judge = JUDGE) -> str:
    """The text of what was not reported yet; it counts as reported then."""
    news = judge.unreported(test)
    text = judge.wrong(test, news, ()).text
    test.reported.add(news)
    return text


def test_nothing_is_wrong() -> None:
    """The test neither fails nor is skipped."""
    assert conclusion(checked()) == Conclusion()
    assert conclusion(checked(operations=())) == Conclusion()


@pytest.mark.parametrize(
    ("judge", "severity", "fails"),
    [
        (JUDGE, "error", True),
        (JUDGE, "warning", False),
        (JUDGE, "info", False),
        (STRICT, "error", True),
        (STRICT, "warning", True),
        (STRICT, "info", False),
    ],
)
def test_what_fails(judge, severity, fails) -> None:
    """Errors fail a test, and in a strict run warnings too, for contracts and for error handling alike."""
    assert bool(conclusion(checked(violation(severity=severity)), judge=judge).text) is fails
    test = checked()
    test.judgements.append(judgement(violation("no-backoff", severity, "")))
    assert bool(conclusion(test, judge=judge).text) is fails


def test_errors_are_reported_before_warnings_and_once() -> None:
    """What was reported after one phase is not reported again after the next."""
    test = checked(violation("b", "warning", "$.b"), violation("a", "error", "$.a"))
    text = reported(test, STRICT)
    assert text.startswith("track.event $.a: expected a name, got null (and 1 more)")
    assert reported(test, STRICT) == ""


def test_warnings_are_not_reported_with_errors() -> None:
    """In a run that is not strict, warnings are shown in the summary only."""
    text = reported(checked(violation("b", "warning", "$.b"), violation("a", "error", "$.a")))
    assert text.startswith("track.event $.a: expected a name, got null\n")


def test_payloads_that_were_handled_alike_are_reported_together() -> None:
    """Each way of handling is reported once, and violations that fail the test come first."""
    test = checked()
    badly = (violation("jitter", "warning", ""), violation("outcome", "error", ""))
    test.judgements += [
        judgement(*badly),
        judgement(*badly),
        judgement(violation("blind-retry", "error", ""), case=SERVER),
    ]
    test.judgements += [judgement(outcome="recovered")]
    text = reported(test)
    first, second = text.split("\n\ntrack.event 500-server-error")
    assert first.startswith("track.event 429-rate-limited-persists: lost, 1 attempt")
    assert "payloads     2 were handled alike, this is the first" in first
    assert second.startswith(": blind-retry, ")
    assert reported(test) == ""
    test.judgements.append(judgement(*badly))
    assert reported(test).startswith("track.event 429-rate-limited-persists: lost, 1 attempt")


def test_a_refusal_is_reported_once() -> None:
    """Equal texts stand once in a report, and not in the next one."""
    test = checked()
    test.refused += ["refused: x", "refused: y", "refused: x"]
    assert reported(test) == "refused: x\n\nrefused: y"
    assert reported(test) == ""


def test_nothing_was_sent_at_all() -> None:
    """The test fails: a TypeError that the application swallows must not look like success."""
    assert conclusion(checked(operations=()), unmet()) == Conclusion(messages.NOTHING_SENT)


def test_a_case_that_does_not_apply() -> None:
    """A test whose case cannot happen to what it sends is skipped."""
    found = conclusion(checked(operations=(PERSON, EVENT), case="401"), unmet(case=SERVER, attempted=True))
    assert found == Conclusion(skip="401: does not apply to what the test sends (track.identify, track.event)")
    found = conclusion(checked(operations=(PERSON,), case="401"), unmet())
    assert found == Conclusion(skip="401: does not apply to what the test sends (track.identify)")


def test_a_mock_of_the_test_s_own() -> None:
    """The case applies to the operation, but no attempt came: the test fails, and the text says what can be done."""
    found = conclusion(checked(case="429"), unmet())
    assert found == Conclusion(blocked.answered_instead("429", ["track.event"], []), blocked=True)


def fake_post() -> None:
    """Stands for a function that a suite puts in the place of `requests.post`."""


class FakeAdapter:
    """Stands for an adapter that answers by itself."""

    def send(self) -> None:
        """Send nothing."""


def taken(*operations: Operation | None, engine: object) -> tuple[CheckedTest, ReplayedCase]:
    """A test and its case: requests of these operations reached no answer of ours."""
    known = iter(operations)
    test = checked(case="429")
    test.session = cast("SessionParts", SimpleNamespace(identified=lambda one: replace(one, operation=next(known))))
    case = unmet(attempted=True)
    for _ in operations:
        case.note_unreached(PendingInteraction("requests", "POST", "https://track.customer.io/x"), engine)
    return test, case


def test_what_answered_instead_is_named() -> None:
    """An adapter of the suite's, else the functions that are replaced, each with its place in the code."""
    test, case = taken(EVENT, None, engine=FakeAdapter())
    assert conclusion(test, case).text == blocked.answered_instead(
        "429", ["track.event"], [f"FakeAdapter (test_conclusion.py:{FakeAdapter.send.__code__.co_firstlineno})"]
    )
    test, case = taken(EVENT, engine=None)
    judge = Judge(strict=False, replaced=lambda: [("HTTPAdapter.send", fake_post)])
    assert conclusion(test, case, judge=judge).text.startswith(
        f"429: no error could be replayed, fake_post (test_conclusion.py:{fake_post.__code__.co_firstlineno})"
        " for HTTPAdapter.send answered track.event\n"
    )


def test_a_request_of_another_operation_that_nothing_of_ours_answered() -> None:
    """The case does not apply to it: the test is skipped as ever."""
    test, case = taken(PERSON, engine=FakeAdapter())
    assert conclusion(test, case).skip == "429: does not apply to what the test sends (track.event)"


def test_a_mock_in_the_way_is_one_cause() -> None:
    """The items of a function whose request a mock answers fail for one cause, whatever their case."""
    judge = Judge(strict=False, replaced=lambda: [("requests.post", fake_post)])
    first = conclusion(checked(operations=(), nodeid="t.py::test_a[1]", case="429"), unmet(), judge=judge)
    assert first.blocked
    assert first.text.splitlines()[2].startswith("replaced    requests.post by fake_post (test_conclusion.py:")
    second = conclusion(checked(operations=(), nodeid="t.py::test_a[2]", case="500"), unmet(), judge=judge)
    assert first.cause == second.cause != ""
    other = conclusion(checked(nodeid="t.py::test_b[1]", case="500"), unmet(), judge=judge)
    assert other.cause not in ("", first.cause)


def test_a_case_by_hand_that_no_request_met() -> None:
    """A test fails if no request met the case that it replays with `cio.replay`."""
    given = "cio.replay('429')"
    expected = f"{given}: nothing was sent to Customer.io while it was replayed"
    assert conclusion(checked(), unmet(0, given)) == Conclusion(expected)
    text = conclusion(checked(operations=(PERSON,)), unmet(1, given)).text
    assert text == f"{given}: does not apply to what the test sends (track.identify)"


def test_a_violation_is_reported_before_a_case_that_was_not_met() -> None:
    """A test that fails is not skipped."""
    found = conclusion(checked(violation()), unmet())
    assert found.text.startswith("track.event $.name: ")
    assert found.skip == ""


def test_a_verdict_per_operation() -> None:
    """The verdict counts the attempts, and holds the violations of the contract."""
    rows = verdicts(checked(violation(), operations=(EVENT, PERSON, EVENT)))
    assert rows == [
        Verdict("test_app.py::test_buy", "track.event", None, None, 4, (), (violation(),)),
        Verdict("test_app.py::test_buy", "track.identify", None, None, 2, (), (violation(),)),
    ]


def test_a_verdict_per_case_that_it_met() -> None:
    """A verdict has the worst outcome of its payloads and all their violations, each once."""
    test = checked(violation())
    late, spread = violation("no-backoff", "error", ""), violation("jitter", "warning", "")
    test.judgements += [
        judgement(spread, outcome="recovered", attempts=3),
        judgement(late, spread, outcome="deferred", attempts=2),
        judgement(outcome=None),
        judgement(outcome="raised", case=SERVER),
    ]
    assert verdicts(test) == [
        Verdict(
            "test_app.py::test_buy", "track.event", RATE.id, "deferred", 2, (1.0, 2.0), (violation(), spread, late)
        ),
        Verdict("test_app.py::test_buy", "track.event", SERVER.id, "raised", 1, (1.0, 2.0), ()),
    ]  # fmt: skip


def test_an_operation_that_only_the_replay_knows() -> None:
    """A request that no client's module heard has a verdict too."""
    test = checked(operations=(PERSON,))
    test.judgements.append(judgement())
    rows = [(row.operation, row.outcome) for row in verdicts(test)]
    assert rows == [("track.identify", None), ("track.event", "lost")]


def test_a_query_changes_nothing() -> None:
    """Without `Reported.add`, what is wrong stays unreported, however often it is asked for."""
    test = checked(violation())
    test.judgements.append(judgement(violation("outcome", "error", "")))
    test.refused.append("refused: x")
    first, again = (JUDGE.conclusion(test, JUDGE.unreported(test), ()) for _ in range(2))
    assert first == again
    assert [part in first.text for part in ("$.name", "lost", "refused: x")] == [True, True, True]


def test_what_came_after_the_query_stays_unreported() -> None:
    """A thread may add a refusal or a violation while the report is written."""
    test = checked(violation())
    news = JUDGE.unreported(test)
    test.refused.append("refused: x")
    test.reported.add(news)
    assert reported(test) == "refused: x"


def test_only_failing_violations_count_as_reported() -> None:
    """A warning that did not fail the test may fail it as an error later."""
    test = checked(violation(severity="warning"))
    assert reported(test) == ""
    assert test.reported.violations == set()
