"""Rule `payload-changed`, where a retry makes a part of the payload anew that is neither its id nor its timestamp.

Each attempt is a payload of its own then, and each of them met the error once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Attempt, Observation
from pytest_customerio.judging.chain import NOTHING, chain_of, waited_between
from pytest_customerio.judging.double_send import changed_between
from pytest_customerio.replay.repairs import SUBJECT, parts

# Payloads that differ, and are no retries of each other, do not wait longer and longer for each other.
GROWING = 1.2
# Two waits that grow: two payloads may well be sent one after the other.
ATTEMPTS = 3
# Whom and what a payload is about: a retry says so again.
_ABOUT = (*SUBJECT, "to", "transactional_message_id")
_SHOWN = 3
_HINT = "build the whole payload once, before the first attempt, and send exactly that again"


class _Single(NamedTuple):
    """A payload that was attempted once: what was observed of it, its attempt, its address and what it says."""

    observation: Observation
    attempt: Attempt
    place: str
    body: Mapping[str, Any]


def remade(observations: Sequence[Observation]) -> Iterator[tuple[Observation, Violation]]:
    """Payloads of one address, about the same, that one flow of work sent with growing waits between them: retries."""
    if not observations or not observations[0].case.retryable:
        return
    for run in _runs(sorted(_singles(observations), key=lambda one: one.attempt.at)):
        names = dict.fromkeys(name for a, b in pairwise(run) for name in _differing(a.body, b.body))
        if not names:
            continue
        # A person who is written twice, with a time that is a second later, is the same person.
        harmless = not any(one.attempt.messages[0].twice for one in run)
        mild = harmless or all(_counts(name, run) for name in names)
        shown = ", ".join(list(names)[:_SHOWN]) + ", …" * (len(names) > _SHOWN)
        got = f"{shown} {'differs' if len(names) == 1 else 'differ'} between {len(run)} attempts"
        first = run[0].observation
        yield first, changed_between(first, got, _HINT, mild=mild)


def _singles(observations: Sequence[Observation]) -> Iterator[_Single]:
    for one in observations:
        chain = chain_of(one)
        if len(chain) == 1 and chain[0].flow is not None and len(chain[0].messages) == 1 and not chain[0].draining:
            place, body = parts(chain[0].messages[0])
            if isinstance(body, dict):
                yield _Single(one, chain[0], place, body)


def _runs(singles: Sequence[_Single]) -> Iterator[list[_Single]]:
    """The longest rows of payloads that look like attempts of one."""
    flows = dict.fromkeys(one.attempt.flow for one in singles)
    for flow in flows:
        run: list[_Single] = []
        for one in (each for each in singles if each.attempt.flow == flow):
            if run and not _goes_on(run, one):
                if len(run) >= ATTEMPTS:
                    yield run
                run = []
            run.append(one)
        if len(run) >= ATTEMPTS:
            yield run


def _goes_on(run: Sequence[_Single], one: _Single) -> bool:
    last = run[-1]
    waited = waited_between(last.attempt, one.attempt)
    before = waited_between(run[-2].attempt, last.attempt) if len(run) > 1 else NOTHING
    about = all(last.body.get(name) == one.body.get(name) for name in _ABOUT)
    same = last.place == one.place and last.attempt.workspace == one.attempt.workspace
    return same and about and waited >= before * GROWING


def _differing(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differing(one, other, f"{path}{name}.")
        elif one != other or (name in before) != (name in after):
            yield f"{path}{name}"


def _counts(path: str, run: Sequence[_Single]) -> bool:
    """Whether this member only counts the attempts."""
    values = [_at(one.body, path.split(".")) for one in run]
    return all(type(a) is int and type(b) is int and b == a + 1 for a, b in pairwise(values))


def _at(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
