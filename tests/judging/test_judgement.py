"""All rules together: one outcome for each payload, and equal observations are judged once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from observed import (
    AFTER,
    NOISE,
    PARTIAL,
    PERMANENT,
    RATE,
    RECOVERS,
    RESET,
    SERVER,
    WARNED,
    CrmError,
    attempts,
    seen,
)

from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.judging import judgement
from pytest_customerio.judging.judgement import CaseJudge, judge
from pytest_customerio.replay.endless import GaveUp

facts = st.builds(
    seen,
    st.sampled_from([RATE, RECOVERS, AFTER, SERVER, RESET, PERMANENT, PARTIAL]),
    st.just(0.0),
    st.just(2.0),
    ok=st.sampled_from([None, 1]),
    draining=st.sampled_from([(), (1,)]),
    raised=st.sampled_from([None, CrmError(), AssertionError(), GaveUp("track.identify", 51)]),
    declared=st.booleans(),
    pending=st.booleans(),
    reported=st.booleans(),
    logs=st.sampled_from([[], [WARNED], [NOISE]]),
)


@pytest.mark.parametrize(
    ("excuse", "may"), [({}, False), ({"allowed": "a script"}, True), ({"known": "in the baseline"}, True)]
)
def test_which_exception_the_application_may_raise(excuse, may):
    """An exception that is not declared may leave the application where it is allowed, or in the baseline."""
    (found,) = CaseJudge().judgements([seen(RATE, 0.0, raised=CrmError())])
    marked = tuple(one._replace(**excuse) for one in found.violations)
    assert [one.rule for one in marked] == ["undeclared-exception"]
    assert found._replace(violations=marked).may_raise is may


def test_a_declared_exception_may_be_raised():
    """No excuse is needed then."""
    (found,) = CaseJudge().judgements([seen(RATE, 0.0, raised=CrmError(), declared=True)])
    assert found.may_raise


def test_a_case_that_no_payload_met_is_not_judged():
    """Without an attempt that met the case there is no outcome and no violation."""
    for sent in ([], attempts(RATE, 0.0, ok=0)):
        assert judge(Observation(RATE, sent, raised=CrmError(), secrets=("s" * 9,), output="s" * 9)) == (None, [])


@given(facts, st.booleans(), st.booleans())
def test_exactly_one_outcome_holds_and_lost_never_passes_in_silence(observation, must_recover, best_effort):
    """A lost payload passes only if the test asks for best effort and the application logged it."""
    came, violations = judge(observation, must_recover=must_recover, best_effort=best_effort)
    assert came in {"recovered", "raised", "deferred", "reported", "lost"}
    names = [violation.rule for violation in violations]
    assert len(names) == len(set(names))
    if came == "lost" and not {"outcome", "undeclared-exception", "unbounded-retry"} & set(names):
        assert best_effort
        assert observation.logs == [WARNED]
    if came in {"recovered", "deferred"}:
        assert "outcome" not in names


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Observation]:
    """The observations that were judged, one for each time."""
    made: list[Observation] = []

    def counted(observation, **asked):
        made.append(observation)
        return judge(observation, **asked)

    monkeypatch.setattr(judgement, "judge", counted)
    return made


def test_equal_observations_are_judged_once(calls) -> None:
    """Values that are equal, though made anew, give the judgements of the first time."""
    judging = CaseJudge()
    first = judging.judgements([seen(), seen(reported=True)])
    again = judging.judgements([seen(), seen(reported=True)])
    assert again is first
    assert [one.outcome for one in first] == ["lost", "reported"]
    assert len(calls) == 2


@pytest.mark.parametrize(
    "later",
    [
        [seen(RATE, 0.0, 1.0)],
        [seen(waits=(1.0,))],
        [seen(logs=[WARNED])],
        [seen(pending=True)],
        [seen(raised=CrmError())],
        [seen(), seen()],
        [],
    ],
)
def test_what_is_new_is_judged(calls, later) -> None:
    """Another attempt, wait, log record, statement, exception or payload is judged."""
    judging = CaseJudge()
    judging.judgements([seen()])
    found = judging.judgements(later)
    assert [one.observation for one in found] == later
    assert calls == [seen(), *later]


def test_exceptions_are_compared_by_identity(calls) -> None:
    """An exception that claims to be equal to any other one is a new observation."""

    class Chameleon(Exception):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = Exception.__hash__

    judging, one, other = CaseJudge(), Chameleon(), Chameleon()
    judging.judgements([seen(raised=one, declared=True)])
    (judged,) = judging.judgements([seen(raised=other, declared=True)])
    assert judged.observation.raised is other
    assert len(calls) == 2


def test_an_observation_without_the_error_has_no_judgement() -> None:
    """Only payloads that met the error are judged."""
    assert CaseJudge().judgements([Observation(RATE, attempts(RATE, 0.0, ok=0))]) == ()


def test_a_judgement_holds_what_a_message_needs() -> None:
    """Operation, outcome, number of attempts and up to three loggers."""
    logs = [WARNED._replace(logger=name) for name in "abcd"]
    (judged,) = CaseJudge(best_effort=True).judgements([seen(RATE, 0.0, 1.0, logs=logs)])
    assert (judged.case, judged.operation, judged.outcome, judged.attempts) == (RATE, "track.identify", "lost", 2)
    assert judged.logged == "WARNING a, WARNING b, WARNING c"
    assert judged.violations == ()


def test_must_recover_is_asked_of_each_payload() -> None:
    """With must_recover, a payload that is only reported is a violation."""
    (judged,) = CaseJudge(must_recover=True).judgements([seen(RECOVERS, reported=True)])
    assert [one.rule for one in judged.violations] == ["outcome"]


def test_jitter_stands_with_the_first_payload() -> None:
    """Jitter concerns all payloads of the case, and is reported once, with the first payload."""
    herd = [
        Observation(
            RATE,
            [Attempt(str(n), "op", at, 429, None, messages=(Message(str(n)),), met=True) for at in (0.0, 1.0)],
            waits=[1.0] * 5,
        )
        for n in range(5)
    ]
    found = CaseJudge().judgements(herd)
    assert [[one.rule for one in each.violations if one.rule == "jitter"] for each in found] == [["jitter"], *[[]] * 4]
