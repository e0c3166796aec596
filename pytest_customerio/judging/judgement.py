"""Was an error handled well? One small function per rule; values in, values out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from pytest_customerio.core.model import Outcome, Severity, Violation
from pytest_customerio.core.observation import Attempt, LogLine, Observation
from pytest_customerio.judging import partial
from pytest_customerio.judging.leaks import leaks, personal_leaks
from pytest_customerio.judging.repeats import double_send, payload_changed
from pytest_customerio.judging.spacing import GaveUp, no_backoff, retry_after_ignored, unbounded_retry
from pytest_customerio.replay import attempts
from pytest_customerio.replay.attempts import broken, tries
from pytest_customerio.replay.scope import OF_THE_PAYLOAD

# The session ends the test here: some loops never end by themselves.
STOP_AFTER = 50

HANDLED = "recovered, raised, deferred or reported"
HOW_HANDLED = (
    "retry, raise (raises=SomeError), keep it for later (cio.pending(…)) or tell the caller (cio.reported(…));"
    " a log line alone is not handling"
)


STRICT = "X-Strict-Mode: 1, or a payload that is checked before it is sent"
DROPPED = "200 for a payload that Pipelines dropped, and nobody was told"
HOW_STRICT = (
    'send the header X-Strict-Mode: 1, then Pipelines answers 400 and 401 instead: requests.post(…, headers={"X-Strict-'
    'Mode": "1"}); customerio-cdp-analytics cannot: check what you pass to it (this contract does), and report failures'
)
QUIET_LOGS = (
    "log the operation, the status and your own id of the person; never a payload, nor str(error) of the official SDK,"
    ' which holds it: log.warning("identify %s failed: %s", id, type(error).__name__)'
)
QUIET_ERRORS = (
    "raise an exception of your own, without the SDK's text, which holds the payload: raise NotDelivered(status)"
    " from None; error trackers store texts and causes"
)


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
    delivered = delivery(observation)
    if delivered is not None and not delivered.draining:
        return "recovered"
    if observation.raised is not None and observation.declared:
        return "raised"
    if observation.pending or delivered is not None:
        return "deferred"
    if observation.reported:
        return "reported"
    return "recovered" if _taken_all_the_same(observation) else "lost"


def delivery(observation: Observation) -> Attempt | None:
    """The attempt that delivered the payload at last."""
    if observation.case.kind == "partial":
        return partial.delivery(observation)
    return attempts.delivery(observation)


def logged(logs: Sequence[LogLine]) -> tuple[str, ...]:
    """`LEVEL logger` of every loud record (WARNING and above), each once."""
    return tuple(dict.fromkeys(f"{line.level} {line.logger}" for line in logs if _loud(line.level)))


def _unhandled(observation: Observation, *, must_recover: bool, best_effort: bool) -> Violation | None:
    """The error came to nothing, or to less than the test asks for."""
    came, told = outcome(observation), logged(observation.logs)
    if _let_out(observation) or isinstance(observation.raised, GaveUp):
        return None  # another rule says so
    if must_recover and observation.case.mode == "recovers":
        if delivery(observation) is not None or observation.pending:
            return None
        got = _loss(observation, told) if came == "lost" else came
        return broken(observation, "outcome", "recovered or deferred", got, "retry until the 2xx, or keep it for later")
    if came != "lost" or (best_effort and told):
        return None
    return _lost(observation, told, f"{HANDLED}, or logged" if best_effort else HANDLED)


def _lost(observation: Observation, told: tuple[str, ...], expected: str) -> Violation:
    kind = observation.case.kind
    if kind == "partial":
        return partial.ignored(observation, _told(told))
    if kind == "dropped":
        return broken(observation, "200-dropped", STRICT, DROPPED, HOW_STRICT, severity="warning")
    severity: Severity = "warning" if kind == "malformed" else "error"  # a 2xx after all, only of no use
    return broken(observation, "outcome", expected, _loss(observation, told), HOW_HANDLED, severity=severity)


def _undeclared_exception(observation: Observation) -> Violation | None:
    if not _let_out(observation):
        return None
    name = type(observation.raised).__name__
    hint = f"handle {name} in the application, or declare it: raises={name}, pytest.raises({name})"
    return broken(observation, "undeclared-exception", "no exception that the test does not declare", name, hint)


def _blind_retry(observation: Observation) -> Violation | None:
    """A permanent error is met once: the same request draws the same answer.

    A batch that was refused for what it holds may be sent in parts; one that was refused for its key may not. To
    follow a redirect, or to doubt a 2xx, is no retry.
    """
    case, chain = observation.case, tries(observation)
    if case.family in OF_THE_PAYLOAD:
        chain = [attempt for attempt in chain if attempt.identity == chain[0].identity]
    count = len(chain)
    if case.retryable or count < 2 or case.kind not in ("status", "fault"):
        return None
    hint = "do not retry a permanent error: repair the payload or the credentials first"
    return broken(observation, "blind-retry", "1 attempt: the error is permanent", f"{count} attempts", hint)


def _resent(observation: Observation) -> Violation | None:
    return partial.resent(observation) if observation.case.kind == "partial" else None


def _no_timeout(observation: Observation) -> Violation | None:
    """Every request has a timeout. An error where the network is at fault: there the application would hang."""
    if not observation.endless:
        return None
    hint = "give each request a timeout: requests.post(…, timeout=10), urllib3.PoolManager(timeout=10)"
    severity: Severity = "error" if observation.case.kind == "fault" else "warning"
    return broken(observation, "no-timeout", "a timeout for each request", "none", hint, severity=severity)


_RULES: tuple[Callable[[Observation], Violation | None], ...] = (
    _undeclared_exception,
    _blind_retry,
    no_backoff,
    retry_after_ignored,
    unbounded_retry,
    double_send,
    payload_changed,
    _resent,
    _no_timeout,
)


def _leaking(observation: Observation) -> Iterator[Violation]:
    hint = "log the operation and the status, never headers or credentials"
    for kind, place in leaks(observation):
        yield broken(observation, "secret-leak", f"no credential in {kind}", f"Authorization in {place}", hint)
    for kind, place, severity in personal_leaks(observation):
        expected, got = f"no personal data in {kind}", f"e-mail, phone or payload value in {place}"
        hint = QUIET_ERRORS if kind == "exception text" else QUIET_LOGS
        yield broken(observation, "pii-leak", expected, got, hint, severity=severity)


def _blindness(observation: Observation) -> Iterator[Violation]:
    for channel in observation.blind:
        expected, hint = f"a leak check that sees {channel}", f"do not replace what carries {channel} during this test"
        yield broken(observation, "leak-check-blind", expected, f"cannot see {channel}", hint)


def _taken_all_the_same(observation: Observation) -> bool:
    """Whether Customer.io had taken the payload, and said so: a 2xx whose body is of no use."""
    case = observation.case
    return case.kind == "malformed" and case.accepted == "surely" and not _let_out(observation)


def _let_out(observation: Observation) -> bool:
    """Whether the application let an exception out undeclared. AssertionError is how the test itself fails."""
    raised = observation.raised
    if observation.declared or isinstance(raised, AssertionError):
        return False
    return isinstance(raised, Exception | SystemExit)


def _loss(observation: Observation, told: tuple[str, ...]) -> str:
    chain, answer = tries(observation), observation.case.answer
    after = f"the {answer.fault or answer.status}" if len(chain) == 1 else f"{len(chain)} attempts"
    return f"lost: nothing after {after}, {_told(told)}"


def _told(told: tuple[str, ...]) -> str:
    return f"only logged ({told[0]})" if told else "not even logged"


def _loud(level: str) -> bool:
    number = level.removeprefix("Level ")
    return logging.getLevelNamesMapping().get(level, int(number) if number.isdigit() else 0) >= logging.WARNING
