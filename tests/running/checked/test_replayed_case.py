"""A case that a test replays, and its judgement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from replaying import RATE, RECOVERS, Sender

from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.judging import judgement
from pytest_customerio.running.checked.replayed_case import ReplayedCase


@pytest.fixture
def app() -> Iterator[Sender]:
    """An application that sends to a replayed case."""
    sender = Sender(RATE)
    with sender.replay:
        yield sender


def test_asking_twice_judges_once(app: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judgement is made anew when a request was sent since."""
    calls: list[object] = []
    judge = judgement.judge
    monkeypatch.setattr(judgement, "judge", lambda seen, **asked: calls.append(seen) or judge(seen, **asked))
    case = ReplayedCase(app.replay, ErrorsMark())
    app.identify()
    assert [case.judgements()[0].attempts for _ in range(3)] == [1, 1, 1]
    assert len(calls) == 1
    app.identify()
    assert [case.judgements()[0].attempts for _ in range(3)] == [2, 2, 2]
    assert len(calls) == 2
    app.replay.observer.statements.state_reported(True)
    assert [case.judgements()[0].outcome for _ in range(3)] == ["reported"] * 3
    assert len(calls) == 3


def test_the_mark_decides_what_is_asked_for(app: Sender) -> None:
    """With best_effort a logged loss is accepted; without a request there is no judgement."""
    assert ReplayedCase(app.replay, ErrorsMark()).judgements() == ()
    app.identify()
    asked = ErrorsMark(best_effort=True)
    ((one,), (other,)) = (ReplayedCase(app.replay, mark).judgements() for mark in (ErrorsMark(), asked))
    assert one.violations[0].expected == "recovered, raised, deferred or reported"
    assert other.violations[0].expected == "recovered, raised, deferred or reported, or logged"


def test_delivered_if_every_payload_was() -> None:
    """A recovering case delivers at the third attempt."""
    sender = Sender(RECOVERS)
    with sender.replay:
        case = ReplayedCase(sender.replay, ErrorsMark())
        found = []
        for _ in range(3):
            sender.identify()
            found.append(case.delivered)
    assert found == [False, False, True]


def test_the_requests_of_the_replay_are_counted() -> None:
    """Those that the test sent before the replay do not count."""
    sender = Sender(RATE)
    case = ReplayedCase(sender.replay.__enter__(), ErrorsMark(), heard_before=2)
    case.leave(None, 5)
    assert (case.sent, case.name) == (3, "")
