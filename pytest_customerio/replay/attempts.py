"""Groups the attempts of a replay by payload: which attempts carried the same payload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pytest_customerio.core.observation import Attempt, Message

# What an attempt may make anew in one message (ids, timestamps), as (path, value); one set for each attempt.
Fingerprints = set[tuple[tuple[str, str], ...]]


def payloads(attempts: Sequence[Attempt]) -> list[tuple[Attempt, ...]]:
    """The attempts of each payload that met the error: messages that always travelled together are one payload."""
    attempts = distinguished(attempts)
    failed = dict.fromkeys(identity for attempt in attempts if attempt.met for identity in attempt.said)
    routes: dict[tuple[int, ...], list[str]] = {}
    for identity in failed:
        route = tuple(index for index, attempt in enumerate(attempts) if identity in attempt.said)
        routes.setdefault(route, []).append(identity)
    return [tuple(_only(attempts[index], set(found)) for index in route) for route, found in routes.items()]


def distinguished(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts, in which equal messages have different identities if they are several messages.

    Equal messages differ in their ids and timestamps only. They are several messages if one attempt holds two of them,
    or if an id or timestamp comes back after another one was sent: a, b, a, b. If each attempt has its own (a, b, c),
    they are one message whose id or timestamp is made anew for each attempt.
    """
    seen: dict[str, list[Fingerprints]] = {}
    for attempt in attempts:
        own: dict[str, Fingerprints] = {}
        for message in attempt.messages:
            own.setdefault(message.identity, set()).add(message.anew)
        for identity, fingerprints in own.items():
            seen.setdefault(identity, []).append(fingerprints)
    several = {identity for identity, history in seen.items() if _several(history)}
    return [replace(attempt, messages=tuple(_renamed(attempt.messages, several))) for attempt in attempts]


def _several(history: Sequence[Fingerprints]) -> bool:
    runs = [prints for prints, _ in groupby(history)]
    return any(len(prints) > 1 for prints in runs) or any(prints in runs[:index] for index, prints in enumerate(runs))


def _renamed(messages: Sequence[Message], several: set[str]) -> Iterator[Message]:
    for message in messages:
        if message.identity in several:
            yield replace(message, identity=f"{message.identity}\n{message.anew}")
        else:
            yield message


def _only(attempt: Attempt, identities: set[str]) -> Attempt:
    return replace(attempt, messages=tuple(one for one in attempt.messages if one.identity in identities))
