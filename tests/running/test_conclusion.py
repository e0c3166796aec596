"""What becomes of a test, from what it sent and how it handled its errors."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.model import (
    Answer,
    ErrorCase,
    Operation,
    Outcome,
    PendingInteraction,
    Provenance,
    Severity,
    Verdict,
    Violation,
)
from pytest_customerio.core.observation import Attempt, Observation
from pytest_customerio.core.settings import ErrorsMark
from pytest_customerio.judging.ledger import Record
from pytest_customerio.replay.replay import Replay
from pytest_customerio.reporting import messages
from pytest_customerio.reporting.messages import Handled
from pytest_customerio.running.conclusion import Conclusion, Judge, verdicts
from pytest_customerio.running.test import CheckedTest, Plan

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


def broken(rule: str = "event-name-missing", severity: Severity = "error", where: str = "$.name") -> Violation:
    return Violation(rule, severity, where, "a name", "null", sent_from="app.py:3 in buy")


def trial(*found: Violation, operations=(EVENT,), nodeid: str = "test_app.py::test_buy", **plan) -> CheckedTest:
    """A test that sent one request to each operation, each of which broke these rules."""
    sent = iter(operations)
    record = Record(nodeid, lambda _: Judged(next(sent), found))
    for _ in operations:
        record.hear(PendingInteraction("requests", "POST", "https://track.customer.io/x", attempts=2))
    record.settle()
    return CheckedTest(None, Plan(nodeid, **plan), record)


def handled(*found: Violation, outcome: Outcome | None = "lost", case: ErrorCase = RATE, attempts: int = 1) -> Handled:
    """One payload that met a case."""
    seen = Observation(case, attempts=(Attempt("42", "track.event", 0.0, 429, None),), waits=(1.0, 2.0))
    return Handled(case, "track.event", seen, outcome, found, attempts)


def replay(sent: int = 1, by_hand: str = "", case: ErrorCase = RATE, attempts: bool = False) -> Replay:
    """A case that no request met."""
    made = Replay({"track": case}, ErrorsMark(), variant=lambda found, _: found, by_hand=by_hand)
    made.sent = sent
    made.attempts = [Attempt("42", "track.event", 0.0, 200, None)] if attempts else []
    return made


def test_nothing_is_wrong() -> None:
    """Then nothing becomes of it."""
    assert JUDGE.ruling(trial(), []) == Conclusion()
    assert JUDGE.ruling(trial(operations=()), []) == Conclusion()


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
    """Errors; warnings where the run is strict; the same for payloads and for handling."""
    assert bool(judge.ruling(trial(broken(severity=severity)), []).text) is fails
    test = trial()
    test.handled.append(handled(broken("no-backoff", severity, "")))
    assert bool(judge.ruling(test, []).text) is fails


def test_errors_are_told_before_warnings_and_once() -> None:
    """What one phase told, the next does not tell again."""
    test = trial(broken("b", "warning", "$.b"), broken("a", "error", "$.a"))
    text = STRICT.text(test, ())
    assert text.startswith("track.event $.a: expected a name, got null (and 1 more)")
    assert STRICT.text(test, ()) == ""


def test_warnings_alone_are_not_told_with_errors() -> None:
    """They stand at the end of the run."""
    text = JUDGE.text(trial(broken("b", "warning", "$.b"), broken("a", "error", "$.a")), ())
    assert text.startswith("track.event $.a: expected a name, got null\n")


def test_payloads_that_fared_alike_are_told_together() -> None:
    """Each way once; what fails stands first."""
    test = trial()
    badly = (broken("jitter", "warning", ""), broken("outcome", "error", ""))
    test.handled += [handled(*badly), handled(*badly), handled(broken("blind-retry", "error", ""), case=SERVER)]
    test.handled += [handled(outcome="recovered")]
    text = JUDGE.text(test, ())
    first, second = text.split("\n\ntrack.event 500-server-error")
    assert first.startswith("track.event 429-rate-limited-persists: lost, 1 attempt")
    assert "payloads     2 fared alike, this is the first" in first
    assert second.startswith(": blind-retry, ")
    assert JUDGE.text(test, ()) == ""
    test.handled.append(handled(*badly))
    assert JUDGE.text(test, ()).startswith("track.event 429-rate-limited-persists: lost, 1 attempt")


def test_what_was_refused_is_told_once() -> None:
    """Equal texts once, too."""
    test = trial()
    test.refused += ["refused: x", "refused: y", "refused: x"]
    assert JUDGE.text(test, ()) == "refused: x\n\nrefused: y"
    assert JUDGE.text(test, ()) == ""


def test_nothing_was_sent_at_all() -> None:
    """A swallowed TypeError must not look like success."""
    assert JUDGE.ruling(trial(operations=()), [replay()]) == Conclusion(messages.NOTHING_SENT)


def test_a_case_that_does_not_apply() -> None:
    """Is no failure."""
    ruling = JUDGE.ruling(trial(operations=(PERSON, EVENT), case="401"), [replay(case=SERVER, attempts=True)])
    assert ruling == Conclusion(skip="401: does not apply to what the test sends (track.identify, track.event)")
    ruling = JUDGE.ruling(trial(operations=(PERSON,), case="401"), [replay()])
    assert ruling == Conclusion(skip="401: does not apply to what the test sends (track.identify)")


def test_a_mock_of_the_test_s_own() -> None:
    """It would have applied, and no attempt came."""
    ruling = JUDGE.ruling(trial(case="429"), [replay()])
    assert ruling == Conclusion(skip="429: the test's own mock answered track.event, so no error could be replayed")


def test_a_case_by_hand_that_nothing_met() -> None:
    """Is asked for, so it fails."""
    given = "cio.replay('429')"
    expected = f"{given}: nothing was sent to Customer.io while it was replayed"
    assert JUDGE.ruling(trial(), [replay(0, given)]) == Conclusion(expected)
    text = JUDGE.ruling(trial(operations=(PERSON,)), [replay(1, given)]).text
    assert text == f"{given}: does not apply to what the test sends (track.identify)"


def test_a_broken_payload_is_told_before_a_case_that_was_not_met() -> None:
    """A test that is red is not skipped."""
    ruling = JUDGE.ruling(trial(broken()), [replay()])
    assert ruling.text.startswith("track.event $.name: ")
    assert ruling.skip == ""


def test_a_verdict_per_operation() -> None:
    """With what was wrong of it."""
    rows = verdicts(trial(broken(), operations=(EVENT, PERSON, EVENT)))
    assert rows == [
        Verdict("test_app.py::test_buy", "track.event", None, None, 4, (), (broken(),)),
        Verdict("test_app.py::test_buy", "track.identify", None, None, 2, (), (broken(),)),
    ]


def test_a_verdict_per_case_that_it_met() -> None:
    """The worst of its payloads' outcomes, all that is wrong with them, each once; the payload's faults once."""
    test = trial(broken())
    late, spread = broken("no-backoff", "error", ""), broken("jitter", "warning", "")
    test.handled += [
        handled(spread, outcome="recovered", attempts=3),
        handled(late, spread, outcome="deferred", attempts=2),
        handled(outcome=None),
        handled(outcome="raised", case=SERVER),
    ]
    assert verdicts(test) == [
        Verdict(
            "test_app.py::test_buy", "track.event", RATE.id, "deferred", 2, (1.0, 2.0), (broken(), spread, late)
        ),
        Verdict("test_app.py::test_buy", "track.event", SERVER.id, "raised", 1, (1.0, 2.0), ()),
    ]  # fmt: skip


def test_an_operation_that_only_the_replay_knows() -> None:
    """What was answered below every tap."""
    test = trial(operations=(PERSON,))
    test.handled.append(handled())
    rows = [(row.operation, row.outcome) for row in verdicts(test)]
    assert rows == [("track.identify", None), ("track.event", "lost")]
