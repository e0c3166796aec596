"""Rules `blind-retry` and `unbounded-retry`: how often a payload may be attempted."""

from __future__ import annotations

import pytest
from observed import AFTER, PERMANENT, RATE, SERVER, attempts, got, judged, rules, seen, spaced

from pytest_customerio.core.model import Answer, ErrorCase
from pytest_customerio.core.observation import Attempt, Message, Observation, Workspace
from pytest_customerio.judging.judgement import judge
from pytest_customerio.judging.retries import MAX_ATTEMPTS
from pytest_customerio.replay.endless import STOP_AFTER, GaveUp

REFUSED = PERMANENT._replace(answer=Answer(400), family="400", accepted="never")
BARRED = REFUSED._replace(answer=Answer(401), family="401")


def batches(case: ErrorCase, *requests: str) -> Observation:
    """Requests of these identities that share a message, and that all met the case."""
    sent = [
        Attempt(name, "op", 3.0**at, case.answer.status, None, messages=(Message("a"),), met=True)
        for at, name in enumerate(requests)
    ]
    return Observation(case, sent, reported=True)


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        (seen(PERMANENT, reported=True), []),
        (seen(PERMANENT, 0.0, 5.0, reported=True), ["blind-retry"]),
        (seen(PERMANENT, 0.0, 5.0, ok=1), ["blind-retry"]),
        (seen(SERVER, 0.0, 5.0, reported=True), []),
        (
            seen(PERMANENT, reported=True)._replace(
                attempts=[*attempts(PERMANENT, 0.0), *attempts(PERMANENT, 1.0, ok=0, identity="repaired")],
            ),
            [],
        ),
    ],
)
def test_a_permanent_error_is_attempted_once(observation, found):
    """A repaired payload is another payload, and transient errors may be retried."""
    assert rules(observation) == found


def test_another_key_is_no_blind_retry():
    """The same request with another key, or at another host, may draw another answer."""
    tried = seen(PERMANENT, 0.0, 1.0, reported=True)
    other = [one._replace(workspace=Workspace(credentials=number)) for number, one in enumerate(tried.attempts)]
    assert rules(tried._replace(attempts=other)) == []
    assert got(tried._replace(attempts=[*other, *attempts(PERMANENT, 2.0)]), "blind-retry") == "2 attempts"


def test_another_id_is_no_blind_retry():
    """Events with ids of their own are several; a retry that makes the id anew violates another rule."""
    tried = seen(PERMANENT, 0.0, 1.0, reported=True)
    other = [one._replace(messages=(Message("a", (("id", str(at)),)),)) for at, one in enumerate(tried.attempts)]
    assert rules(tried._replace(attempts=other)) == []


def test_blind_retry_counts():
    """The text names the number of attempts."""
    assert got(seen(PERMANENT, 0.0, 1.0, 2.0), "blind-retry") == "3 attempts"


@pytest.mark.parametrize(
    ("case", "requests", "found"),
    [
        (REFUSED, ("a", "a"), [("blind-retry", "error")]),
        (REFUSED, ("ab", "a"), []),
        (BARRED, ("a", "a"), [("blind-retry", "error")]),
        (BARRED, ("ab", "a"), [("blind-retry", "error")]),
    ],
)
def test_a_refused_batch_may_be_sent_in_parts(case, requests, found):
    """A batch that was refused for its payload may be sent in parts; one that was refused for its key may not."""
    assert judged(batches(case, *requests))[1] == found


def test_retry_after_of_a_permanent_error_is_a_blind_retry():
    """A permanent error may not be repeated, whatever its Retry-After says."""
    assert rules(spaced(AFTER._replace(retryable=False), [1.0])) == ["blind-retry"]


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        (spaced(RATE, [1.2**n for n in range(MAX_ATTEMPTS - 1)]), []),
        (spaced(RATE, [1.0 + n for n in range(MAX_ATTEMPTS)]), ["unbounded-retry"]),
        (spaced(RATE, [1000.0, 2000.0, 600.0]), []),
        (spaced(RATE, [1000.0, 2000.0, 601.0]), ["unbounded-retry"]),
        (spaced(AFTER._replace(answer=Answer(429, headers=(("retry-after", "5000"),))), [5001.0, 5002.0]), []),
        (seen(RATE, 0.0, 9000.0, draining=(1,), pending=True), []),
        (seen(RATE, *range(0, 6000, 200), draining=range(30), pending=True), []),
        (spaced(RATE, [1000.0, 20000.0], pending=True), []),  # a table keeps it
        (spaced(RATE, [1000.0, 20000.0], ok=2), []),
        (spaced(RATE, [1.0 + n for n in range(MAX_ATTEMPTS)], pending=True), ["unbounded-retry"]),
        (spaced(RATE, [1000.0, 20000.0], task="shop.identify failed after 2 retries"), []),
        (spaced(RATE, [1.0 + n for n in range(MAX_ATTEMPTS)], task="shop.identify failed"), ["unbounded-retry"]),
        (spaced(RATE, [1.0, 2.0, 4.0, 8.0, 300.0] * 8, task="shop.identify failed"), []),  # the SDK tries, too
        (seen(raised=GaveUp("track.identify", STOP_AFTER + 1)), ["unbounded-retry"]),
    ],
)
def test_retries_end(observation, found):
    """After twenty attempts or an hour, unless Retry-After asks for more. The waits of drains and task queues do not count."""
    assert rules(observation) == found


def test_unbounded_retry_texts():
    """The text names the attempts and the seconds that they took."""
    endless = spaced(RATE, [1.0 + n for n in range(50)], hidden_waits="the test replaced sleep")
    assert got(endless, "unbounded-retry") == "51 attempts in 1275 s"
    (found,) = judge(endless)[1]
    assert "later; the test replaced sleep, so that no time passes" in found.hint


def test_a_task_that_asks_to_be_run_again_after_a_permanent_error():
    """It is a retry, although the test does not see it; after a transient error the payload is deferred."""
    observation = seen(PERMANENT, rerun=True, pending=True)
    assert got(observation, "blind-retry") == "1 attempt, and its task asks to be run again"
    assert judged(seen(RATE, rerun=True, pending=True)) == ("deferred", [])
