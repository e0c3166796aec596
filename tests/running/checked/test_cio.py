"""The `cio` fixture: what it returns, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pytest_customerio.core.model import Answer, PendingInteraction
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.judging import judgement
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.checked.cio import Cio

EVENTS = "https://track.customer.io/api/v1/customers/42/events"
Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]


def test_what_was_sent(begun: Begin, send: Send) -> None:
    """`cio.sent` has each request with its operation."""
    cio = Cio(begun(keep=True))
    assert cio.sent == ()
    send()
    (interaction,) = cio.sent
    assert interaction.operation is not None
    assert (interaction.operation.id, interaction.status) == ("track.event", 200)


def test_what_was_sent_is_identified_once(begun: Begin, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may read `cio.sent` in a loop: the same requests are the same values, and no body is decoded again."""
    test = begun(keep=True)
    asked, identified = [], test.session.identified
    monkeypatch.setattr(
        test, "session", replace(test.session, identified=lambda one: asked.append(one) or identified(one))
    )
    cio = Cio(test)
    send()
    (first,) = cio.sent
    send()
    assert [one is first for one in cio.sent] == [True, False]
    assert len(asked) == len(cio.sent) == 2


def test_a_status_that_comes_later_is_seen(begun: Begin) -> None:
    """`http.client` learns the status after the request was heard: the value that was read before stays as it was."""
    test = begun(keep=True)
    cio, pending = Cio(test), PendingInteraction("http.client", "POST", EVENTS)
    test.hear(pending)
    (before,) = cio.sent
    pending.status = 200
    assert (before.status, cio.sent[0].status) == (None, 200)


@pytest.mark.parametrize("name", ["outcome", "waits", "attempts"])
def test_without_a_case_there_is_nothing_to_ask_for(begun: Begin, name: str) -> None:
    """The mistake says how to put a case to work."""
    with pytest.raises(SettingsError, match="no error case is at work: mark the test cio_errors, or call cio.replay"):
        getattr(Cio(begun()), name)


def test_before_a_request_met_the_case(begun: Begin) -> None:
    """Before a request met the case there is no outcome, attempt or wait."""
    cio = Cio(begun())
    with cio.replay("429-rate-limited"):
        assert (cio.outcome, cio.attempts, cio.waits) == (None, 0, ())


def test_outcome_attempts_and_waits(begun: Begin, send: Send) -> None:
    """Outcome, attempts and waits are known while the case is at work and after it; a number names a status."""
    cio = Cio(begun())
    with cio.replay(500, times=1):
        assert send().status == 500
        assert (cio.outcome, cio.attempts) == ("lost", 1)
        assert send().status == 200
        assert (cio.outcome, cio.attempts) == ("recovered", 2)
    assert (cio.outcome, cio.attempts, cio.waits) == ("recovered", 2, ())
    assert send().status == 200


def test_asking_twice_judges_once(begun: Begin, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcome and attempts come from one judgement, until something new is observed."""
    calls: list[Any] = []
    judge = judgement.judge
    monkeypatch.setattr(judgement, "judge", lambda seen, **asked: calls.append(seen) or judge(seen, **asked))
    cio = Cio(begun())
    with cio.replay("429-rate-limited"):
        send()
        assert [cio.outcome, cio.attempts, cio.outcome, cio.attempts] == ["lost", 1, "lost", 1]
        assert len(calls) == 1
        send()
        assert [cio.attempts, cio.outcome] == [2, "lost"]
        assert len(calls) == 2


@pytest.mark.parametrize("statement", ["pending", "reported"])
@pytest.mark.parametrize(("value", "expected"), [(1, True), (lambda: 1, True), (list, False)])
def test_a_statement_returns_its_truth(
    begun: Begin, send: Send, statement: str, value: object, *, expected: bool
) -> None:
    """A true statement changes the outcome; without a case it changes nothing."""
    cio = Cio(begun())
    state = getattr(cio, statement)
    assert state(value) is expected
    with cio.replay("429-rate-limited"):
        send()
        assert state(value) is expected
        assert cio.outcome == ({"pending": "deferred", "reported": "reported"}[statement] if expected else "lost")


def test_a_drain_without_a_case_runs_the_worker_once(begun: Begin) -> None:
    """Without a case the worker runs once, in real time."""
    runs: list[int] = []
    Cio(begun()).drain(lambda: runs.append(1))
    assert runs == [1]


def test_a_drain_runs_the_worker_until_it_delivers(begun: Begin, send: Send) -> None:
    """A payload that is delivered by a drain is deferred; the case is answered twice before that."""
    cio = Cio(begun())
    with cio.replay("429-rate-limited-recovers"):
        send()
        statuses: list[int] = []
        cio.drain(lambda: statuses.append(send().status))
        assert statuses == [429, 200]
        assert cio.outcome == "deferred"


def test_a_drain_ends_if_no_request_met_the_case(begun: Begin) -> None:
    """If no request met the case, the worker runs once. An exception of the worker ends the drain."""
    runs: list[int] = []
    test = begun()
    cio = Cio(test)
    with cio.replay("429-rate-limited"):
        cio.drain(lambda: runs.append(1))
        with pytest.raises(ZeroDivisionError):
            cio.drain(lambda: 1 / 0)
        assert test.current is not None
        assert test.current.replay.observer.statements.draining == 0
    assert runs == [1]


def test_a_drain_gives_up(begun: Begin, send: Send) -> None:
    """A case that persists ends the drain after some days of virtual time."""
    cio = Cio(begun())
    statuses: list[int] = []
    with cio.replay("429-rate-limited-persists"):
        send()
        cio.drain(lambda: statuses.append(send().status))
    assert statuses == [429] * 9
    assert cio.outcome == "lost"
