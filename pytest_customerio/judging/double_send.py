"""Rules `double-send` and `payload-changed`: what a retry may send again, and what must stay the same in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pytest_customerio.core.model import ErrorCase, Severity, Violation
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.judging.chain import chain_of
from pytest_customerio.judging.violation import violation
from pytest_customerio.replay.identity import COUNTERS, changed

_SENDS = (
    "never repeat a send by itself after an error that leaves it open whether it was taken: keep it for an operator"
    " (cio.reported(…)), or raise; customerio: APIClient(key, retries=0) switches its own retries off"
)
_EVENTS = (
    "give the event an id that is made once and sent with each attempt, so that Customer.io drops the second copy:"
    " customerio: client.track(person, name, data, id=ulid), Pipelines: messageId"
)
_SAME = "make id and timestamp once, before the first attempt, and send exactly that payload again"


def double_send(observation: Observation) -> Violation | None:
    """A payload that the service may have accepted is not sent again, unless a dedupe id makes that harmless.

    A second copy of a send or a broadcast reaches people: an error. A second copy of an event without an id is counted
    twice: a warning, because losing the event instead would be worse. All other calls (identify, delete, merge) may be
    repeated. Errors that say that nothing was accepted (4xx, 429, failures to connect) may always be retried.
    """
    chain = chain_of(observation)
    again = [one for one in _may_be_double(observation.case, chain) if one.twice and not one.keyed]
    if not again:
        return None
    sends = any(one.twice == "send" for one in again)
    expected = "no second copy of a send that may have been taken" if sends else "a dedupe id in a retried event"
    after = observation.case.answer.fault or observation.case.answer.status
    got = f"sent {len(chain)} times, although the {after} may hide that it was taken"
    if not sends:
        got = f"no id, sent {len(chain)} times after the {after}"
    hint = _SENDS if sends else _EVENTS
    return violation(observation, "double-send", expected, got, hint, severity="error" if sends else "warning")


def payload_changed(observation: Observation) -> Violation | None:
    """A retry carries the same id and timestamp: a new id prevents deduplication, a new timestamp moves the event.

    A counter that the application adds (`retries: 2`) only changes what is stored: a warning. A member that Pipelines'
    own clients make anew for each attempt (`sentAt`) is no part of the payload.
    """
    if not observation.case.retryable:
        return None  # the error is permanent: the payload has to change
    names = dict.fromkeys(name for pair in _pairs(chain_of(observation)) for name in changed(*pair))
    if not names:
        return None
    shown = ", ".join(sorted(names))
    verb = "differs" if len(names) == 1 else "differ"
    return changed_between(observation, f"{shown} {verb} between attempts", _SAME, mild=COUNTERS.issuperset(names))


def changed_between(observation: Observation, got: str, hint: str, *, mild: bool) -> Violation:
    """The violation of `payload-changed`; where it is mild, a warning."""
    expected = "a retry carries the same payload, id and timestamp"
    severity: Severity = "warning" if mild else "error"
    return violation(observation, "payload-changed", expected, got, hint, severity=severity)


def _may_be_double(case: ErrorCase, chain: list[Attempt]) -> Iterator[Message]:
    for before, after in pairwise(chain):
        if _perhaps_accepted(case, before):
            yield from (one for one in before.messages if one.identity in after.said)


def _perhaps_accepted(case: ErrorCase, attempt: Attempt) -> bool:
    return case.kind != "partial" and case.accepted in ("perhaps", "surely") and attempt.met is not False


def _pairs(chain: list[Attempt]) -> Iterator[tuple[Message, Message]]:
    for before, after in pairwise(chain):
        for message in before.messages:
            yield from ((message, one) for one in after.messages if one.identity == message.identity)
