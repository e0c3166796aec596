"""The attempts of one payload: which belong together, how long lay between them, and which one delivered it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.core.observation import Attempt, Message, Observation

# What machines take for an attempt without any waiting; what rounding may take from a wait.
NOTHING = 0.05
# The same where nothing at all was slept: busy machines take longer, and nobody backs off without a sleep.
BUSY = 0.1
ROUNDING = 0.01


def tries(observation: Observation) -> list[Attempt]:
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
    chain = tries(observation)
    return chain[-1] if chain and delivers(observation, chain[-1]) else None


def delivers(observation: Observation, attempt: Attempt) -> bool:
    """Whether this is a 2xx; one that is itself the error (a 207), or that refuses all it was sent, is none."""
    good = attempt.status is not None and 200 <= attempt.status < 300 and not observation.met(attempt)
    return good and not (attempt.messages and all(message.rejected for message in attempt.messages))


def gaps_of(observation: Observation) -> list[float]:
    """Seconds between the attempts; a drain comes when it is called, so what leads up to it is no backoff."""
    spans = [later.at - earlier.at for earlier, later in pairwise(tries(observation)) if not later.draining]
    return _free_of_noise(spans, observation.waits)


def seconds(value: float) -> str:
    """A span of time, as shown to people."""
    return f"{value:.0f} s" if value >= 10 else f"{value:.2g} s"


def broken(
    observation: Observation,
    rule: str,
    expected: str,
    got: str,
    hint: str,
    *,
    timed: bool = False,
    severity: Severity = "error",
) -> Violation:
    """A promise not kept in this case; a warning where it rests on waits that could not be seen."""
    if timed and observation.hidden_waits:
        severity, got = "warning", f"{got}, as far as seen: {observation.hidden_waits}"
    source = observation.case.provenance.source
    return Violation(rule, severity, "", expected, got, hint, observation.sent_from, source)


def payloads(attempts: Sequence[Attempt]) -> list[tuple[Attempt, ...]]:
    """The attempts of each payload that met the error: messages that always travelled together are one payload."""
    attempts = told_apart(attempts)
    failed = dict.fromkeys(identity for attempt in attempts if attempt.met for identity in attempt.said)
    routes: dict[tuple[int, ...], list[str]] = {}
    for identity in failed:
        route = tuple(index for index, attempt in enumerate(attempts) if identity in attempt.said)
        routes.setdefault(route, []).append(identity)
    return [tuple(_only(attempts[index], set(found)) for index in route) for route, found in routes.items()]


def told_apart(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts with equal messages told apart where they are several, not one that was sent again.

    Equal messages differ in their ids and timestamps only. They are several where one attempt holds two of them, or
    where an id or timestamp comes back after another one was there: a, b, a, b. Where each attempt has its own (a, b,
    c) it is one message that is made anew each time.
    """
    seen: dict[str, list[set[tuple[tuple[str, str], ...]]]] = {}
    for attempt in attempts:
        own: dict[str, set[tuple[tuple[str, str], ...]]] = {}
        for message in attempt.messages:
            own.setdefault(message.identity, set()).add(message.anew)
        for identity, prints in own.items():
            seen.setdefault(identity, []).append(prints)
    several = {identity for identity, history in seen.items() if _several(history)}
    return [replace(attempt, messages=tuple(_apart(attempt.messages, several))) for attempt in attempts]


def _several(history: Sequence[set[tuple[tuple[str, str], ...]]]) -> bool:
    runs = [prints for prints, _ in groupby(history)]
    return any(len(prints) > 1 for prints in runs) or any(prints in runs[:index] for index, prints in enumerate(runs))


def _apart(messages: Sequence[Message], several: set[str]) -> Iterator[Message]:
    for message in messages:
        if message.identity in several:
            yield replace(message, identity=f"{message.identity}\n{message.anew}")
        else:
            yield message


def _only(attempt: Attempt, identities: set[str]) -> Attempt:
    return replace(attempt, messages=tuple(one for one in attempt.messages if one.identity in identities))


def _free_of_noise(spans: list[float], waits: Sequence[float]) -> list[float]:
    """The sleeps that fill the spans one to one, without what the machine itself took; else the spans."""
    windows = (waits[start : start + len(spans)] for start in range(len(waits) - len(spans) + 1))
    fitting = [window for window in windows if all(_fills(w, s) for w, s in zip(window, spans, strict=True))]
    return list(max(fitting, key=sum)) if fitting else spans


def _fills(wait: float, span: float) -> bool:
    """Whether this sleep is all that a span was spent on: a busy machine takes a little of its own."""
    return 0 <= span - wait + 1e-6 < max(NOTHING, wait / 4)
