"""The retry chain of one payload: its attempts, the waits between them, and the attempt that delivered it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pytest_customerio.core.observation import Attempt, Observation

# A shorter span, in seconds, was no wait: it may be the time that the machine took.
NOTHING = 0.05
# A longer span, in real seconds, was a wait that we could not see.
UNSEEN = 1.0
# A wait may be shorter by this share because of rounding.
ROUNDING = 0.01


def chain_of(observation: Observation) -> list[Attempt]:
    """The attempts of the payload that met the error, from the first that met it to the first that delivered it."""
    failed = observation.failed
    chain: list[Attempt] = []
    for attempt in observation.attempts:
        if failed is not None and not set(attempt.said).isdisjoint(failed.said) and (chain or attempt is failed):
            chain.append(attempt)
            if delivers(observation, attempt):
                break
    return chain


def delivery(observation: Observation) -> Attempt | None:
    """The later attempt of the payload that got a 2xx."""
    chain = chain_of(observation)
    return chain[-1] if chain and delivers(observation, chain[-1]) else None


def delivers(observation: Observation, attempt: Attempt) -> bool:
    """Whether the attempt got a 2xx that is not itself the error (a 207) and does not reject all that it answers."""
    good = attempt.status is not None and 200 <= attempt.status < 300 and not observation.met(attempt)
    return good and not (attempt.messages and all(message.rejected for message in attempt.messages))


def gaps_of(observation: Observation) -> list[float]:
    """Seconds waited between the attempts; without the time before a drain, because the test decides when to drain."""
    pairs = _own_pairs(observation)
    if any(attempt.flow is None for pair in pairs for attempt in pair):
        return _without_machine_time(elapsed_of(observation), observation.waits)
    return [waited_between(earlier, later) for earlier, later in pairs]


def asked_of(observation: Observation) -> list[float | None]:
    """For each of `gaps_of`, the seconds that the answer before it asked to wait; None if it did not ask."""
    return [earlier.retry_after for earlier, _ in _own_pairs(observation)]


def elapsed_of(observation: Observation) -> list[float]:
    """For each of `gaps_of`, the seconds that passed in all, also those that the machine took."""
    return [later.at - earlier.at for earlier, later in _own_pairs(observation)]


def _own_pairs(observation: Observation) -> list[tuple[Attempt, Attempt]]:
    """Each attempt with the next one, but for those between which the test ran the worker anew, and for those at
    another host or with other credentials, which need no wait.
    """
    pairs = pairwise(chain_of(observation))
    same = ((a, b) for a, b in pairs if a.workspace == b.workspace)
    return [(a, b) for a, b in same if not b.draining or a.draining == b.draining]


def waited_between(earlier: Attempt, later: Attempt) -> float:
    """The seconds waited between two attempts, without those that the machine took, however busy it was.

    They are what the flow of work slept, unless it waited for another reason too, such as a timer of an event loop.
    Where nobody waited, real time counts only if it is long: the application may wait in a way that we do not see, such
    as in C code.
    """
    span, waited = later.at - earlier.at, later.waited - earlier.waited
    slept = later.slept - earlier.slept if earlier.flow == later.flow else 0.0
    if slept and waited - slept < max(NOTHING, slept / 4):
        return slept
    return waited or (span if span >= UNSEEN else 0.0)


def _without_machine_time(spans: list[float], waits: Sequence[float]) -> list[float]:
    """The sleeps in place of the spans, if there is one sleep for each span that takes nearly all of it."""
    windows = (waits[start : start + len(spans)] for start in range(len(waits) - len(spans) + 1))
    fitting = [window for window in windows if all(_fills(w, s) for w, s in zip(window, spans, strict=True))]
    return list(max(fitting, key=sum)) if fitting else spans


def _fills(wait: float, span: float) -> bool:
    """Whether a span was spent on this sleep alone: a busy machine adds a little time of its own."""
    return 0 <= span - wait + 1e-6 < max(NOTHING, wait / 4)
