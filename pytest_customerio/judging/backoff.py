"""Rules `no-backoff` and `retry-after-ignored`: the waits between the attempts of one payload."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.chain import NOTHING, ROUNDING, asked_of, elapsed_of, gaps_of
from pytest_customerio.judging.violation import seconds, violation

# As NOTHING, for a test that never slept: a busy machine may take longer between two attempts, and a backoff always
# sleeps.
BUSY = 0.1
# An application that waits a minute each time does not overload the service; Celery's own delay is three minutes.
LONG = 60.0


def no_backoff(observation: Observation) -> Violation | None:
    """Waits grow. Jitter, a first retry without a wait, and waits of Retry-After are allowed."""
    case, gaps = observation.case, gaps_of(observation)
    if not case.retryable or any(after is not None for after in asked_of(observation)) or not gaps:
        return None
    problem = _no_wait(gaps, observation.waits)
    if problem is None and (case.mode != "recovers" or len(gaps) > 2):
        problem = _same_wait(gaps, observation.waits)  # two equal waits may begin a schedule that grows later
    if problem is None or (len(gaps) == 1 and case.answer.status != 429):
        return None
    hint = "wait longer after each attempt: 1 s, 2 s, 4 s, with some jitter"
    return violation(observation, "no-backoff", "growing waits between attempts", problem, hint, timed=True)


def retry_after_ignored(observation: Observation) -> Violation | None:
    """No attempt comes sooner than the Retry-After header of the answer before it allows."""
    asked, gaps = asked_of(observation), elapsed_of(observation)
    pairs = [(gap, after) for gap, after in zip(gaps, asked, strict=True) if after is not None]
    early = [(gap, after) for gap, after in pairs if gap < after * (1 - ROUNDING)]
    if not observation.case.retryable or not early:
        return None
    gap, after = min(early)
    expected = f"at least {round(after, 2):g} s between attempts"
    if len({after for _, after in pairs}) > 1:
        number = next(at for at, pair in enumerate(zip(gaps, asked, strict=True), 1) if pair == (gap, after))
        expected = f"at least {round(after, 2):g} s between attempts {number} and {number + 1}"
    hint = "wait as long as the answer's Retry-After header says, then try again"
    return violation(observation, "retry-after-ignored", expected, seconds(gap), hint, timed=True)


def _no_wait(gaps: list[float], waits: Sequence[float]) -> str | None:
    limit = NOTHING if waits else BUSY
    if all(gap < limit and not any(0 < wait <= gap * (1 + ROUNDING) for wait in waits) for gap in gaps):
        return "no wait" if len(gaps) == 1 else f"no wait before any of {len(gaps)} retries"
    return None


def _same_wait(gaps: list[float], waits: Sequence[float]) -> str | None:
    # With jitter, two measured gaps are equal within the rounding once in a hundred runs; three gaps, or two logged
    # waits, practically never.
    tolerance = ROUNDING if len(gaps) > 2 and not set(gaps) <= set(waits) else 1e-6
    if len(gaps) > 1 and min(gaps) < LONG and max(gaps) - min(gaps) <= tolerance * max(gaps):
        return f"{seconds(gaps[0])} each time"
    return None
