"""One test while it runs: its requests, its cases, and what was reported of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.model import Answer, Interaction, PendingInteraction, Violation
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.running.checked.checked import ANSWERED, CheckedTest
from pytest_customerio.running.session import Session

Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]


def start(test: CheckedTest, case: str = "429-rate-limited", times: int | None = None, **mark: object) -> None:
    test.start_replay(case, times=times, **mark)


def test_one_case_at_a_time(begun: Begin) -> None:
    """A second case is a mistake while the first one is at work, and allowed after it."""
    test = begun()
    assert (test.replay, test.latest_replay) == (None, None)
    start(test)
    assert test.replay is test.latest_replay is not None
    with pytest.raises(SettingsError, match=r"cio.replay\('500'\): a case is at work already"):
        start(test, "500")
    test.leave_replay(None)
    assert test.replay is None
    assert test.latest_replay is not None
    start(test, "500")


def test_a_test_is_quiet_while_nothing_can_be_wrong_with_it(begun: Begin, send: Send) -> None:
    """What was sent has to be judged before; a case, a refusal, and a violation stay."""
    test = begun()
    assert test.is_quiet
    send()
    assert not test.is_quiet, "not judged yet"
    test.settle()
    assert test.is_quiet
    test.record.add(Interaction("requests", "POST", "/"), Violation("no-timeout", "warning", "$", "", ""))
    assert not test.is_quiet
    met = begun()
    start(met)
    met.leave_replay(None)
    assert not met.is_quiet
    refused = begun()
    refused.refused.append("POST https://track.customer.io was not answered")
    assert not refused.is_quiet


@pytest.mark.parametrize("times", [0, -1, 1.5, "2", True])
def test_times_is_a_number_from_one_on(begun: Begin, times: int) -> None:
    """The mistake says what is accepted, and no case is at work after it."""
    test = begun()
    with pytest.raises(SettingsError, match=r"times=.*; accepted: 1 or more, or None for ever"):
        start(test, times=times)
    assert test.replay is None


def test_a_case_that_no_request_met_is_returned(begun: Begin, send: Send) -> None:
    """The other cases are judged; a case is judged once."""
    test = begun()
    start(test)
    test.leave_replay(None)
    start(test, "500")
    send()
    (unmet,) = test.end_replays(None)
    assert unmet.name == "cio.replay('429-rate-limited')"
    assert [one.outcome for one in test.judgements] == ["lost"]
    assert test.end_replays(None) == []
    assert len(test.judgements) == 1


def test_what_is_allowed_is_no_violation(begun: Begin, send: Send) -> None:
    """The judgement has the outcome; the violation has the reason for which it is allowed."""
    test = begun(allow=(Allowance("outcome", None, "a page view", given="t: cio_allow"),))
    start(test)
    send()
    test.end_replays(None)
    (judged,) = test.judgements
    (found,) = (one for one in judged.violations if one.rule == "outcome")
    assert (judged.outcome, found.allowed, test.record.needed) == ("lost", "a page view", {"t: cio_allow"})


def test_statements_are_asked_again_when_the_test_ends(begun: Begin, send: Send) -> None:
    """A thread may have stored the payload since."""
    test, stored = begun(), list[int]()
    start(test)
    send()
    assert test.replay is not None
    test.replay.observer.statements.state_pending(lambda: stored)
    stored.append(1)
    test.end_replays(None)
    assert [one.outcome for one in test.judgements] == ["deferred"]


def test_dropped_cases_are_not_judged(begun: Begin, send: Send) -> None:
    """Dropped cases are neither judged nor listed as cases that no request met."""
    test = begun()
    start(test)
    send()
    test.drop_replays()
    assert test.end_replays(None) == []
    assert test.judgements == []


def test_a_declared_exception(begun: Begin, send: Send) -> None:
    """Only the exception object that the test ends with is declared, not an equal one."""
    test, error = begun(), KeyError("x")
    start(test, raises=KeyError)
    send()
    test.end_replays(error)
    assert [test.declared(one) for one in (error, KeyError("x"))] == [True, False]


def test_an_undeclared_exception(begun: Begin, send: Send) -> None:
    """An exception that was only observed is not declared."""
    test, error = begun(), KeyError("x")
    start(test)
    send()
    test.end_replays(error)
    assert not test.declared(error)


def test_a_closed_test_notes_late_requests(session: Session, begun: Begin) -> None:
    """Requests after the end are late. They are judged in a new record, without the earlier ones."""
    test = begun()
    interaction = PendingInteraction("requests", "POST", "https://track.customer.io/api/v1/customers/42/events")
    test.hear(interaction)
    assert session.late() == []
    start(test)
    test.judgements.append(None)  # type: ignore[arg-type]
    test.close()
    assert (test.over, test.current, test.judgements) == (True, None, [])
    test.hear(interaction)
    test.hear(interaction)
    assert test.record.heard == 2
    (late,) = session.late()
    assert late["lines"][0] == "late: test_app.py::test_buy: 2 requests left after the test was over"


def test_answers_are_remembered_once_and_not_for_ever(begun: Begin) -> None:
    """Equal answers are one, and of many different ones the first are kept."""
    test = begun()
    for number in range(ANSWERED + 5):
        for _ in range(2):
            test.note_answer("track.event", Answer(200, "OK"), "the success on file", f"crm.py:{number} in f")
    assert len(test.answered) == ANSWERED


def test_what_a_sandbox_has_judged(session: Session, begun: Begin) -> None:
    """It joins what the test sent when the test is judged; what a client showed already is not counted twice."""
    test = begun()
    event = session.catalog.operations["track.event"]
    name = Violation("event-name-missing", "error", "$.name", "1 to 100 bytes", "nothing")
    time = Violation("timestamp-milliseconds", "error", "$.timestamp", "seconds", "milliseconds")
    at_client, received = Interaction("requests", "POST", "https://x", operation=event), Interaction("s", "POST", "u")
    test.record.hear_judged(at_client, Judged(event, (name,)))
    arrived = [(received, Judged(event, (name,))), (received, Judged(event, (name, time)))]
    test.elsewhere = lambda: [arrived.pop(0) for _ in arrived[:]]
    test.settle()
    test.settle()
    tally = test.record.tallies["track.event"]
    assert [(one.violation.where, one.count) for one in tally.occurrences.values()] == [
        ("$.name", 1),
        ("$.timestamp", 1),
    ]
    assert (test.record.heard, tally.requests) == (2, 2)
    session.end()
    assert tuple(test.elsewhere()) == ()
