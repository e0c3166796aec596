"""Rules `outcome` and `200-dropped`: what became of the payload that met the error."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pytest_customerio.core.model import Outcome, Severity, Violation
from pytest_customerio.core.observation import Attempt, LogLine, Observation
from pytest_customerio.judging import chain, partial_failure
from pytest_customerio.judging.exceptions import is_undeclared
from pytest_customerio.judging.violation import violation
from pytest_customerio.replay.endless import GaveUp

# An application need not wait for longer, in seconds, within the call: the official SDK for Node waits for no longer.
LONGEST_WAIT = 300.0
HANDLED = "recovered, raised, deferred or reported"
HOW_HANDLED = "retry, raise (raises=SomeError), keep it for later (cio.pending(…)) or tell the caller (cio.reported(…))"
HOW_SEEN = "handle it where it is raised, or let somebody read it (future.result(), await task)"
NOT_BY_A_LOG = "; a log line alone is not handling"
OR_LOG = (
    "; best_effort=True accepts a log record of level WARNING or above that the application itself writes, or what it"
    " tells Sentry"
)
STRICT = "X-Strict-Mode: 1, or a payload that is checked before it is sent"
DROPPED = "200 for a payload that Pipelines dropped, and the loss was not reported"
HOW_STRICT = (
    'send the header X-Strict-Mode: 1, then Pipelines answers 400 and 401 instead: headers={"X-Strict-Mode": "1"};'
    " customerio-cdp-analytics has no option for it, its session takes it (a private name, tried with 1.1): from"
    ' customerio.analytics import request; request._session.headers["X-Strict-Mode"] = "1"'
)


def outcome(observation: Observation) -> Outcome:
    """The first that holds of recovered, raised, deferred, reported; else lost."""
    delivered = delivery(observation)
    if (delivered is not None and not delivered.draining) or _is_gone(observation):
        return "recovered"
    if observation.raised is not None and observation.declared and not observation.rerun:
        return "raised"
    if observation.pending or delivered is not None:
        return "deferred"
    if observation.reported:
        return "reported"
    return "recovered" if _accepted(observation) else "lost"


def delivery(observation: Observation) -> Attempt | None:
    """The attempt that delivered the payload in the end."""
    if observation.case.kind == "partial":
        return partial_failure.delivery(observation)
    return chain.delivery(observation) or observation.repaired


def all_delivered(observations: Sequence[Observation]) -> bool:
    """Whether a payload met the error, and every payload that met it was delivered later."""
    return bool(observations) and all(delivery(one) is not None for one in observations)


def logged(logs: Sequence[LogLine]) -> tuple[str, ...]:
    """`LEVEL logger` of every record of level WARNING and above, each once."""
    return tuple(dict.fromkeys(f"{one.level} {one.logger}" for one in logs if _is_loud(one.level)))


def unhandled(observation: Observation, *, must_recover: bool, best_effort: bool) -> Violation | None:
    """The payload is lost, or it has another outcome than the test asks for."""
    came = outcome(observation)
    if is_undeclared(observation) or isinstance(observation.raised, GaveUp):
        return None  # another rule reports this
    if must_recover and observation.case.mode == "recovers":
        if delivery(observation) is not None or observation.pending or came == "recovered" or _accepted(observation):
            return None
        if came != "lost" and _asked_for_too_long(observation):
            return None
        got = _loss(observation) if came == "lost" else came
        hint = "retry until the 2xx, or keep it for later"
        return violation(observation, "outcome", "recovered or deferred", got, hint)
    if came != "lost" or observation.unread or (best_effort and _said_by_itself(observation)):
        return None
    return _lost(observation, best_effort=best_effort)


def _asked_for_too_long(observation: Observation) -> bool:
    """Whether an answer asked to wait for so long that it is right to give up and let the caller know."""
    return any((attempt.retry_after or 0.0) > LONGEST_WAIT for attempt in observation.attempts)


def _lost(observation: Observation, *, best_effort: bool) -> Violation:
    kind = observation.case.kind
    if kind == "partial":
        return partial_failure.ignored(observation, _where_logged(observation))
    if kind == "dropped":
        return violation(observation, "200-dropped", STRICT, DROPPED, HOW_STRICT)
    severity: Severity = "warning" if kind == "malformed" else "error"  # a 2xx, although with a useless body
    expected = f"{HANDLED}, or logged" if best_effort else HANDLED
    hint = HOW_HANDLED + (OR_LOG if best_effort else NOT_BY_A_LOG)
    if observation.unseen:
        hint = f"{', '.join(observation.unseen)}: {HOW_SEEN}; {hint}"
    return violation(observation, "outcome", expected, _loss(observation), hint, severity=severity)


def _accepted(observation: Observation) -> bool:
    """Whether Customer.io took the payload, although the answer is an error or useless: nothing is lost then.

    A call that reads is different: what it asked for did not arrive where the connection broke.
    """
    failed, case = observation.failed, observation.case
    reads = case.kind == "fault" and failed is not None and failed.reads
    return case.accepted == "surely" and not reads and not is_undeclared(observation)


def _is_gone(observation: Observation) -> bool:
    """Whether the application takes a 404 to a DELETE as success: what is not there needs no deletion."""
    failed = observation.failed
    return failed is not None and failed.deletes and failed.status == 404 and observation.raised is None


def _said_by_itself(observation: Observation) -> bool:
    """Whether the application itself told of the failure: in a log record, or on stderr or while it handled it."""
    return observation.printed_failure or bool(logged(_own(observation.logs)))


def _own(logs: Sequence[LogLine]) -> list[LogLine]:
    """The records that the application wrote after the error was met; those of clients and SDKs are none of it."""
    return [one for one in logs if one.own and not one.early]


def _loss(observation: Observation) -> str:
    attempts, answer = chain.chain_of(observation), observation.case.answer
    after = f"the {answer.fault or answer.status}" if len(attempts) == 1 else f"{len(attempts)} attempts"
    return f"lost: nothing after {after}, {_where_logged(observation)}"


def _where_logged(observation: Observation) -> str:
    own = logged(_own(observation.logs))
    others = logged([one for one in observation.logs if not (one.own or one.early)])
    if own or observation.printed_by:
        return f"only logged ({own[0] if own else observation.printed_by})"
    if observation.printed:
        return "only printed"
    return f"logged by a library only ({others[0]})" if others else "not even logged"


def _is_loud(level: str) -> bool:
    number = level.removeprefix("Level ")
    return logging.getLevelNamesMapping().get(level, int(number) if number.isdigit() else 0) >= logging.WARNING
