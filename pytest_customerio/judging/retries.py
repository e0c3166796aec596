"""Rules `blind-retry` and `unbounded-retry`: how often one payload is attempted."""

from __future__ import annotations

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Attempt, Observation
from pytest_customerio.judging.backoff import LONG
from pytest_customerio.judging.chain import asked_of, chain_of, delivery, gaps_of
from pytest_customerio.judging.violation import seconds, violation
from pytest_customerio.replay.endless import GaveUp
from pytest_customerio.replay.identity import ids
from pytest_customerio.replay.scope import OF_THE_PAYLOAD

# A policy that gives up needs less: Customer.io's own clients make 4 to 11 attempts, within a minute or two.
MAX_ATTEMPTS = 20
MAX_WAIT = 3600.0
_PERMANENT = "do not retry a permanent error: repair the payload or the credentials first"
_IN_A_QUEUE = (
    "do not let the queue retry a permanent error. Celery: leave its exception out of autoretry_for; dramatiq:"
    " throws=…; huey: CancelExecution(retry=False); RQ, arq: catch it, and keep the payload"
)


def blind_retry(observation: Observation) -> Violation | None:
    """A permanent error is met once, because the same request draws the same answer.

    A batch that was refused for its content may be sent in parts; one that was refused for its key may not, unless
    another key or another host is tried. A request that follows a redirect, or repeats a 2xx, is no retry.
    """
    case, chain = observation.case, chain_of(observation)
    if case.family in OF_THE_PAYLOAD:
        chain = [attempt for attempt in chain if attempt.identity == chain[0].identity]
    else:
        chain = [attempt for attempt in chain if attempt.workspace == chain[0].workspace]
    chain = [attempt for attempt in chain if _is_same(attempt, chain[0])]
    count = len(chain)
    if case.retryable or (count < 2 and not observation.rerun) or case.kind not in ("status", "fault"):
        return None
    got = f"{count} attempts" if count > 1 else "1 attempt, and its task asks to be run again"
    hint = _IN_A_QUEUE if observation.rerun else _PERMANENT
    return violation(observation, "blind-retry", "1 attempt: the error is permanent", got, hint)


def unbounded_retry(observation: Observation) -> Violation | None:
    """Retries end after a number of attempts and after a time. A task queue may keep a payload for days, and so may any
    other store from which it is still to be sent, or was delivered in the end. A worker that the test runs anew
    (`cio.drain`) may make that many attempts in each run, and so may a task queue that pauses for a minute in between.
    """
    kept = observation.task or observation.pending or delivery(observation) is not None
    count, waited = max(map(len, _bursts(observation, apart=bool(kept)))), sum(gaps_of(observation))
    late = not kept and waited > MAX_WAIT + sum(after or 0.0 for after in asked_of(observation))
    if count <= MAX_ATTEMPTS and not late and not isinstance(observation.raised, GaveUp):
        return None
    expected = f"at most {MAX_ATTEMPTS} attempts, within {seconds(MAX_WAIT)}"
    hint = "stop after a few attempts, then raise or keep it for later"
    if observation.hidden_waits:
        hint += f"; {observation.hidden_waits}, so that no time passes, after which a policy may end:"
        hint += " take that out of this test, as waiting takes no real time here"
    return violation(observation, "unbounded-retry", expected, f"{count} attempts in {seconds(waited)}", hint)


def _is_same(attempt: Attempt, first: Attempt) -> bool:
    """Whether an attempt carries a message of the first one with the same dedupe id; another id is another event."""
    known = {(one.identity, ids(one)) for one in first.messages}
    return not known or any((one.identity, ids(one)) in known for one in attempt.messages)


def _bursts(observation: Observation, *, apart: bool) -> list[list[Attempt]]:
    """The attempts, by the run of `cio.drain` that made them; with `apart` also cut where a long pause lies between."""
    bursts: list[list[Attempt]] = [[]]
    for attempt in chain_of(observation):
        last = bursts[-1][-1] if bursts[-1] else attempt
        if last.draining != attempt.draining or (apart and attempt.at - last.at >= LONG):
            bursts.append([])
        bursts[-1].append(attempt)
    return bursts
