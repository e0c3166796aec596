"""Was an error handled well? One small function per rule; values in, values out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pytest_customerio.leaks import leaks
from pytest_customerio.model import Attempt, LogLine, Observation, Outcome, Severity, Violation

# A policy that gives up stays below: Customer.io's own clients make 4 to 11 attempts, within a minute or two.
MAX_ATTEMPTS = 20
MAX_WAIT = 3600.0
# The session ends the test here: some loops never end by themselves.
STOP_AFTER = 50
# What machines take for an attempt without any waiting; what rounding may take from a wait.
NOTHING = 0.05
ROUNDING = 0.01

HANDLED = "recovered, raised, deferred or reported"
HOW_HANDLED = (
    "retry, raise (raises=SomeError), keep it for later (cio.pending(…)) or tell the caller (cio.reported(…));"
    " a log line alone is not handling"
)


class GaveUp(BaseException):
    """Ends a test whose application would retry for ever; no `except Exception` stops it."""

    def __init__(self, operation: str, attempts: int) -> None:
        super().__init__(f"{operation}: stopped after {attempts} attempts of one request")


def judge(
    observation: Observation, *, must_recover: bool = False, best_effort: bool = False
) -> tuple[Outcome | None, list[Violation]]:
    """How the payload that met the error fared, and the promises not kept. (None, []) where none met the case."""
    if observation.failed is None:
        return None, []
    found = [_unhandled(observation, must_recover=must_recover, best_effort=best_effort)]
    found += [rule(observation) for rule in _RULES]
    found += [*_leaking(observation), *_blindness(observation)]
    return outcome(observation), [violation for violation in found if violation is not None]


def outcome(observation: Observation) -> Outcome:
    """The first that holds of recovered, raised, deferred, reported; else lost."""
    delivery = _delivery(observation)
    if delivery is not None and not delivery.draining:
        return "recovered"
    if observation.raised is not None and observation.declared:
        return "raised"
    if observation.pending or delivery is not None:
        return "deferred"
    return "reported" if observation.reported else "lost"


def tries(observation: Observation) -> list[Attempt]:
    """The attempts of the payload that met the error, from the first that met it to the first 2xx."""
    failed = observation.failed
    chain: list[Attempt] = []
    for attempt in observation.attempts:
        if failed is not None and attempt.identity == failed.identity and (chain or attempt is failed):
            chain.append(attempt)
            if _delivers(attempt, failed):
                break
    return chain


def logged(logs: Sequence[LogLine]) -> tuple[str, ...]:
    """`LEVEL logger` of every loud record (WARNING and above), each once."""
    return tuple(dict.fromkeys(f"{line.level} {line.logger}" for line in logs if _loud(line.level)))


def _unhandled(observation: Observation, *, must_recover: bool, best_effort: bool) -> Violation | None:
    """The error came to nothing, or to less than the test asks for."""
    came, told = outcome(observation), logged(observation.logs)
    if _let_out(observation) or isinstance(observation.raised, GaveUp):
        return None  # another rule says so
    if must_recover and observation.case.mode == "recovers":
        if _delivery(observation) is not None or observation.pending:
            return None
        got = _loss(observation, told) if came == "lost" else came
        return _broken(
            observation, "outcome", "recovered or deferred", got, "retry until the 2xx, or keep it for later"
        )
    if came != "lost" or (best_effort and told):
        return None
    expected = f"{HANDLED}, or logged" if best_effort else HANDLED
    return _broken(observation, "outcome", expected, _loss(observation, told), HOW_HANDLED)


def _undeclared_exception(observation: Observation) -> Violation | None:
    if not _let_out(observation):
        return None
    name = type(observation.raised).__name__
    hint = f"handle {name} in the application, or declare it: raises={name}, pytest.raises({name})"
    return _broken(observation, "undeclared-exception", "no exception that the test does not declare", name, hint)


def _blind_retry(observation: Observation) -> Violation | None:
    """A permanent error is met once: the same request draws the same answer."""
    count = len(tries(observation))
    if observation.case.retryable or count < 2:
        return None
    hint = "do not retry a permanent error: repair the payload or the credentials first"
    return _broken(observation, "blind-retry", "1 attempt: the error is permanent", f"{count} attempts", hint)


def _no_backoff(observation: Observation) -> Violation | None:
    """Waits grow. Jitter, a first retry at once and Retry-After are all right."""
    case, gaps = observation.case, _gaps(observation)
    if not case.retryable or case.retry_after is not None or not gaps:
        return None
    problem = _no_wait(gaps, observation.waits)
    if problem is None and (case.mode != "recovers" or len(gaps) > 2):
        problem = _same_wait(gaps, observation.waits)  # two of a kind may be the floor of a schedule that grows later
    if problem is None or (len(gaps) == 1 and case.answer.status != 429):
        return None
    hint = "wait longer after each attempt: 1 s, 2 s, 4 s, with some jitter"
    return _broken(observation, "no-backoff", "growing waits between attempts", problem, hint, timed=True)


def _retry_after_ignored(observation: Observation) -> Violation | None:
    after, gaps = observation.case.retry_after, _gaps(observation)
    if not observation.case.retryable or after is None or not gaps or min(gaps) >= after * (1 - ROUNDING):
        return None
    expected = f"at least {after:g} s between attempts"
    hint = "wait as long as the answer's Retry-After header says, then try again"
    return _broken(observation, "retry-after-ignored", expected, _seconds(min(gaps)), hint, timed=True)


def _unbounded_retry(observation: Observation) -> Violation | None:
    count, gaps = len(tries(observation)), _gaps(observation)
    asked = (observation.case.retry_after or 0.0) * len(gaps)
    if count <= MAX_ATTEMPTS and sum(gaps) <= MAX_WAIT + asked and not isinstance(observation.raised, GaveUp):
        return None
    expected = f"at most {MAX_ATTEMPTS} attempts, within {_seconds(MAX_WAIT)}"
    hint = "stop after a few attempts, then raise or keep it for later"
    return _broken(observation, "unbounded-retry", expected, f"{count} attempts in {_seconds(sum(gaps))}", hint)


_RULES: tuple[Callable[[Observation], Violation | None], ...] = (
    _undeclared_exception,
    _blind_retry,
    _no_backoff,
    _retry_after_ignored,
    _unbounded_retry,
)


def _leaking(observation: Observation) -> Iterator[Violation]:
    hint = "log the operation and the status, never headers or credentials"
    for kind, place in leaks(observation):
        yield _broken(observation, "secret-leak", f"no credential in {kind}", f"Authorization in {place}", hint)


def _blindness(observation: Observation) -> Iterator[Violation]:
    for channel in observation.blind:
        expected, hint = f"a leak check that sees {channel}", f"do not replace what carries {channel} during this test"
        yield _broken(observation, "leak-check-blind", expected, f"cannot see {channel}", hint)


def _delivery(observation: Observation) -> Attempt | None:
    """The later attempt of the payload that got a 2xx."""
    chain = tries(observation)
    return chain[-1] if _delivers(chain[-1], chain[0]) else None


def _delivers(attempt: Attempt, failed: Attempt) -> bool:
    """Whether this is a 2xx; one that is itself the error (a 207) does not count."""
    return attempt.status is not None and 200 <= attempt.status < 300 and attempt.status != failed.status


def _let_out(observation: Observation) -> bool:
    """Whether the application let an exception out undeclared. AssertionError is how the test itself fails."""
    raised = observation.raised
    if observation.declared or isinstance(raised, AssertionError):
        return False
    return isinstance(raised, Exception | SystemExit)


def _gaps(observation: Observation) -> list[float]:
    """Seconds between the attempts; a drain comes when it is called, so what leads up to it is no backoff."""
    spans = [later.at - earlier.at for earlier, later in pairwise(tries(observation)) if not later.draining]
    return _free_of_noise(spans, observation.waits)


def _free_of_noise(spans: list[float], waits: Sequence[float]) -> list[float]:
    """The sleeps that fill the spans one to one, without what the machine itself took; else the spans."""
    windows = (waits[start : start + len(spans)] for start in range(len(waits) - len(spans) + 1))
    fitting = [
        window for window in windows if all(0 <= s - w + 1e-6 < NOTHING for s, w in zip(spans, window, strict=True))
    ]
    return list(max(fitting, key=sum)) if fitting else spans


def _no_wait(gaps: list[float], waits: Sequence[float]) -> str | None:
    if all(gap < NOTHING and not any(0 < wait <= gap * (1 + ROUNDING) for wait in waits) for gap in gaps):
        return "no wait" if len(gaps) == 1 else f"no wait before any of {len(gaps)} retries"
    return None


def _same_wait(gaps: list[float], waits: Sequence[float]) -> str | None:
    # Jitter makes two measured gaps equal within rounding once in a hundred runs, three or logged ones never.
    tolerance = ROUNDING if len(gaps) > 2 and not set(gaps) <= set(waits) else 1e-6
    if len(gaps) > 1 and max(gaps) - min(gaps) <= tolerance * max(gaps):
        return f"{_seconds(gaps[0])} each time"
    return None


def _loss(observation: Observation, told: tuple[str, ...]) -> str:
    chain, answer = tries(observation), observation.case.answer
    after = f"the {answer.fault or answer.status}" if len(chain) == 1 else f"{len(chain)} attempts"
    return f"lost: nothing after {after}, " + (f"only logged ({told[0]})" if told else "not even logged")


def _loud(level: str) -> bool:
    number = level.removeprefix("Level ")
    return logging.getLevelNamesMapping().get(level, int(number) if number.isdigit() else 0) >= logging.WARNING


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 10 else f"{value:.2g} s"


def _broken(
    observation: Observation, rule: str, expected: str, got: str, hint: str, *, timed: bool = False
) -> Violation:
    severity: Severity = "error"
    if timed and observation.hidden_waits:
        severity, got = "warning", f"{got}, as far as seen: {observation.hidden_waits}"
    source = observation.case.provenance.source
    return Violation(rule, severity, "", expected, got, hint, observation.sent_from, source)
