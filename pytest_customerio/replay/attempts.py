"""Groups the attempts of a replay by payload: which attempts carried the same payload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from pytest_customerio.core.observation import Attempt, Message
from pytest_customerio.replay.chains import may_go_on
from pytest_customerio.replay.identity import ids, whole

# A shorter span, in seconds, was no wait: it may be the time that the machine took.
NOTHING = 0.05
# What an attempt may make anew in one message (ids, timestamps), as (path, value); one set for each attempt.
Fingerprints = set[tuple[tuple[str, str], ...]]


def payloads(attempts: Sequence[Attempt]) -> list[tuple[Attempt, ...]]:
    """The attempts of each payload that met the error: messages that always travelled together are one payload."""
    attempts = distinguished(joined(attempts))
    failed = dict.fromkeys(identity for attempt in attempts if attempt.met for identity in attempt.said)
    routes: dict[tuple[int, ...], list[str]] = {}
    for identity in failed:
        route = tuple(index for index, attempt in enumerate(attempts) if identity in attempt.said)
        routes.setdefault(route, []).append(identity)
    return [tuple(_only(attempts[index], set(found)) for index in route) for route, found in routes.items()]


def as_one_chain(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts, in which it does not matter which flow sent a message."""
    return [one._replace(messages=tuple(said._replace(chain=0) for said in one.messages)) for one in attempts]


def joined(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts, in which a chain that ended without a delivery goes on in one that began later.

    It is not known who went on with it: a worker that reads owed payloads from a database is no flow that the first
    one started. Time was waited between the two. Chains that began at the same moment, or that overlap, are several.
    """
    chains: dict[str, dict[int, list[int]]] = {}
    for index, attempt in enumerate(attempts):
        for message in attempt.messages:
            chains.setdefault(message.identity, {}).setdefault(message.chain, []).append(index)
    number = {
        (identity, chain): new
        for identity, found in chains.items()
        for chain, new in _renumbered(attempts, found).items()
    }
    return [_with_chains(attempt, number) for attempt in attempts]


def _renumbered(attempts: Sequence[Attempt], chains: dict[int, list[int]]) -> dict[int, int]:
    """For each chain of a message the number of the chain that it goes on with, or its own."""
    new: dict[int, int] = {}
    ends: dict[int, Attempt] = {}
    for chain, places in sorted(chains.items(), key=lambda one: one[1]):
        first = attempts[places[0]]
        open_ends = (one for one, end in ends.items() if _may_follow(end, first))
        new[chain] = next(open_ends, chain)
        ends[new[chain]] = attempts[places[-1]]
    return new


def _may_follow(end: Attempt, first: Attempt) -> bool:
    later = first.waited > end.waited and end.at < first.at
    return bool(end.met) and later and may_go_on(end.workspace, first.workspace, end.status)


def _with_chains(attempt: Attempt, number: dict[tuple[str, int], int]) -> Attempt:
    messages = tuple(one._replace(chain=number[one.identity, one.chain]) for one in attempt.messages)
    if messages == attempt.messages:
        return attempt
    return attempt._replace(messages=messages, identity=whole(messages))


def distinguished(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts, in which equal messages have different identities if they are several messages.

    Equal messages differ in their ids and timestamps only. They are several messages if one attempt holds two of them,
    or if an id or timestamp comes back after another one was sent: a, b, a, b. If each attempt has its own (a, b, c),
    they are one message whose id or timestamp is made anew for each attempt; but they are several if each has an id of
    its own and nobody waited between them, as in a loop over events. Those of several chains are several.
    """
    attempts = [one._replace(messages=tuple(map(_of_chain, one.messages))) for one in attempts]
    seen: dict[str, list[Fingerprints]] = {}
    carried: dict[str, list[tuple[Attempt, Message]]] = {}
    for attempt in attempts:
        own: dict[str, Fingerprints] = {}
        for message in attempt.messages:
            own.setdefault(message.identity, set()).add(message.anew)
            carried.setdefault(message.identity, []).append((attempt, message))
        for identity, fingerprints in own.items():
            seen.setdefault(identity, []).append(fingerprints)
    several = {one for one, history in seen.items() if _several(history) or _are_in_a_row(carried[one])}
    return [attempt._replace(messages=tuple(_renamed(attempt.messages, several))) for attempt in attempts]


def _several(history: Sequence[Fingerprints]) -> bool:
    runs = [prints for prints, _ in groupby(history)]
    return any(len(prints) > 1 for prints in runs) or any(prints in runs[:index] for index, prints in enumerate(runs))


def _are_in_a_row(carried: Sequence[tuple[Attempt, Message]]) -> bool:
    """Whether each message has another id than the one before, and nobody waited before any of them."""
    changes = [(a, b) for (a, before), (b, after) in pairwise(carried) if ids(before) != ids(after)]
    return bool(changes) and not any(_waited(a, b) for a, b in changes)


def _waited(earlier: Attempt, later: Attempt) -> bool:
    unknown = earlier.flow is None or later.flow is None
    return (later.at - earlier.at if unknown else later.waited - earlier.waited) >= NOTHING


def _renamed(messages: Sequence[Message], several: set[str]) -> Iterator[Message]:
    for message in messages:
        if message.identity in several:
            yield message._replace(identity=f"{message.identity}\n{message.anew}")
        else:
            yield message


def _of_chain(message: Message) -> Message:
    return message._replace(identity=f"{message.identity}\n{message.chain}") if message.chain else message


def _only(attempt: Attempt, identities: set[str]) -> Attempt:
    return attempt._replace(messages=tuple(one for one in attempt.messages if one.identity in identities))
