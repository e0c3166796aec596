"""Observations for the tests of judging: cases, attempts at given times, and what is made of them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from typing import Any

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, LogLine, Observation
from pytest_customerio.judging.judgement import judge

RATE = ErrorCase(
    "429-rate-limited-persists",
    "429-rate-limited",
    "track",
    "persists",
    Answer(429, "Too Many Requests"),
    True,
    ("track.identify",),
    "429",
    "too fast",
    "retry",
    Provenance("documented"),
)
RECOVERS = RATE._replace(id="429-rate-limited-recovers", mode="recovers")
AFTER = RATE._replace(id="429-retry-after-persists", answer=Answer(429, headers=(("Retry-After", "30"),)))
SERVER = RATE._replace(id="500-server-error-persists", answer=Answer(500))
RESET = RATE._replace(id="connection-reset-persists", answer=Answer(fault="connection-reset"))
PERMANENT = RATE._replace(id="401-unauthorized", mode="once", answer=Answer(401), retryable=False)
PARTIAL = RATE._replace(id="207-partial-failure", mode="once", answer=Answer(207), retryable=False)
WARNED = LogLine("could not sync user", "WARNING", "app.crm")
NOISE = LogLine("could not sync user", "INFO", "app.crm")


class CrmError(Exception):
    """What the application raises."""


def attempts(
    case: ErrorCase, *ats: float, ok: int | None = None, identity: str = "a", draining: Collection[int] = ()
) -> list[Attempt]:
    """Attempts at these times; the one numbered `ok` gets a 200, all others get the case's answer."""
    error = (case.answer.status or None, case.answer.fault)
    return [
        Attempt(
            identity,
            "track.identify",
            at,
            *((200, None) if index == ok else error),
            draining=index + 1 if index in draining else 0,
            met=index != ok,
            retry_after=None if index == ok else case.retry_after,
        )
        for index, at in enumerate(ats)
    ]


def seen(
    case: ErrorCase = RATE, *ats: float, ok: int | None = None, draining: Collection[int] = (), **what: Any
) -> Observation:
    """An observation of attempts at these times (one at 0 if none is given)."""
    return Observation(case, attempts(case, *(ats or (0.0,)), ok=ok, draining=draining), **what)


def spaced(case: ErrorCase, gaps: Sequence[float], **what: Any) -> Observation:
    """An observation with these seconds between its attempts; it ends with a declared exception."""
    return seen(case, *itertools.accumulate(gaps, initial=0.0), raised=CrmError(), declared=True, **what)


def rules(observation: Observation, **asked: bool) -> list[str]:
    """The rules that are violated."""
    return [violation.rule for violation in judge(observation, **asked)[1]]


def got(observation: Observation, rule: str) -> str:
    """The text `got` of the violation of this rule."""
    return next(violation.got for violation in judge(observation)[1] if violation.rule == rule)


def judged(observation: Observation, **asked: bool) -> tuple[str | None, list[tuple[str, str]]]:
    """The outcome, and rule and severity of each violation."""
    outcome, violations = judge(observation, **asked)
    return outcome, [(one.rule, one.severity) for one in violations]
