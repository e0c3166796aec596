"""How the attempts of one payload are spaced: growing waits, Retry-After, an end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.replay.attempts import BUSY, NOTHING, ROUNDING, broken, gaps_of, seconds, tries

# A policy that gives up stays below: Customer.io's own clients make 4 to 11 attempts, within a minute or two.
MAX_ATTEMPTS = 20
MAX_WAIT = 3600.0
# Whoever waits a minute each time does not crowd anybody; Celery's own delay is three.
LONG = 60.0


class GaveUp(BaseException):
    """Ends a test whose application would retry for ever; no `except Exception` stops it."""

    def __init__(self, operation: str, attempts: int) -> None:
        super().__init__(f"{operation}: stopped after {attempts} attempts of one request")


def no_backoff(observation: Observation) -> Violation | None:
    """Waits grow. Jitter, a first retry at once and Retry-After are all right."""
    case, gaps = observation.case, gaps_of(observation)
    if not case.retryable or any(after is not None for after in _asked(observation)) or not gaps:
        return None
    problem = _no_wait(gaps, observation.waits)
    if problem is None and (case.mode != "recovers" or len(gaps) > 2):
        problem = _same_wait(gaps, observation.waits)  # two of a kind may be the floor of a schedule that grows later
    if problem is None or (len(gaps) == 1 and case.answer.status != 429):
        return None
    hint = "wait longer after each attempt: 1 s, 2 s, 4 s, with some jitter"
    return broken(observation, "no-backoff", "growing waits between attempts", problem, hint, timed=True)


def retry_after_ignored(observation: Observation) -> Violation | None:
    """No attempt comes sooner than the answer to the attempt before it asked for."""
    asked, gaps = _asked(observation), gaps_of(observation)
    pairs = [(gap, after) for gap, after in zip(gaps, asked, strict=True) if after is not None]
    early = [(gap, after) for gap, after in pairs if gap < after * (1 - ROUNDING)]
    if not observation.case.retryable or not early:
        return None
    gap, after = min(early)
    expected = f"at least {after:g} s between attempts"
    if len({after for _, after in pairs}) > 1:
        number = next(at for at, pair in enumerate(zip(gaps, asked, strict=True), 1) if pair == (gap, after))
        expected = f"at least {after:g} s between attempts {number} and {number + 1}"
    hint = "wait as long as the answer's Retry-After header says, then try again"
    return broken(observation, "retry-after-ignored", expected, seconds(gap), hint, timed=True)


def unbounded_retry(observation: Observation) -> Violation | None:
    """Retrying gives up: after so many attempts, after so long. What a task queue keeps may take days."""
    count, gaps = len(tries(observation)), [] if observation.task else gaps_of(observation)
    asked = sum(after or 0.0 for after in _asked(observation)) if gaps else 0.0
    if count <= MAX_ATTEMPTS and sum(gaps) <= MAX_WAIT + asked and not isinstance(observation.raised, GaveUp):
        return None
    expected = f"at most {MAX_ATTEMPTS} attempts, within {seconds(MAX_WAIT)}"
    hint = "stop after a few attempts, then raise or keep it for later"
    return broken(observation, "unbounded-retry", expected, f"{count} attempts in {seconds(sum(gaps))}", hint)


def _asked(observation: Observation) -> list[float | None]:
    """For each of `gaps_of`, the seconds that the attempt before it was asked to wait; None where it was not."""
    return [earlier.retry_after for earlier, later in pairwise(tries(observation)) if not later.draining]


def _no_wait(gaps: list[float], waits: Sequence[float]) -> str | None:
    limit = NOTHING if waits else BUSY
    if all(gap < limit and not any(0 < wait <= gap * (1 + ROUNDING) for wait in waits) for gap in gaps):
        return "no wait" if len(gaps) == 1 else f"no wait before any of {len(gaps)} retries"
    return None


def _same_wait(gaps: list[float], waits: Sequence[float]) -> str | None:
    # Jitter makes two measured gaps equal within rounding once in a hundred runs, three or logged ones never.
    tolerance = ROUNDING if len(gaps) > 2 and not set(gaps) <= set(waits) else 1e-6
    if len(gaps) > 1 and min(gaps) < LONG and max(gaps) - min(gaps) <= tolerance * max(gaps):
        return f"{seconds(gaps[0])} each time"
    return None
