"""Rule `partial-failure-ignored`: a batch that was accepted in part (207).

The items that the `errors` of the answer name by `batch_index` were rejected; all other items were accepted. A 2xx with
errors is therefore no delivery. The payload that met the error is made of the rejected items. Its outcome is

* recovered: each of them was accepted later in a repaired form, alone or in another batch (deferred: by a drain);
* raised, deferred, reported: as for any error;
* lost, which violates the rule: at least one of them was neither repaired nor reported.

An empty list of `errors` rejects nothing: everything was delivered, and the application has nothing to do.

A repaired item has another identity. It is recognised by what a repair leaves alone: type, action, identifiers and
name; or by the attributes, if identifiers or name were wrong. One repaired event makes up for one rejected event. One
repaired identify makes up for all rejected ones of that person.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.judging.violation import violation

RULE = "partial-failure-ignored"
REPAIR = (
    'read response.json()["errors"]: repair each item at its batch_index and send it alone, or raise or report it;'
    " the official SDK returns a 207 like any success"
)
RESEND = "send only the items that response.json()['errors'] names, repaired: all others were accepted"


def rejected(observation: Observation) -> list[Message]:
    """The rejected items, each once."""
    refused = [one for attempt in observation.attempts if observation.met(attempt) for one in attempt.messages]
    return list({one.identity: one for one in refused if one.rejected}.values())


def repairs(observation: Observation) -> dict[str, Attempt]:
    """The attempt that delivered each rejected item in the end, by the item's identity."""
    wrong, found = rejected(observation), dict[str, Attempt]()
    original = {one.identity for attempt in _met(observation) for one in attempt.messages}
    used: set[tuple[int, int]] = set()
    for item in wrong:
        for place, attempt, one in _accepted_later(observation):
            same = one.identity == item.identity
            if same or (one.identity not in original and place not in used and one.likeness & item.likeness):
                found[item.identity] = attempt
                used |= {place} if item.twice else set()
                break
    return found


def resent(observation: Observation) -> Violation | None:
    """Accepted items must not be sent again, and rejected ones only when they are repaired."""
    if observation.case.kind != "partial":
        return None
    accepted, refused, taken, unrepaired = (set[str]() for _ in range(4))
    for met in _met(observation):
        later = {one.identity for one in _later(observation, met)}
        accepted |= {one.identity for one in met.messages if not one.rejected}
        refused |= {one.identity for one in met.messages if one.rejected}
        taken |= accepted & later
        unrepaired |= refused & later
    if not taken and not unrepaired:
        return None
    parts = [f"{len(taken)} of {len(accepted)} accepted items sent again"] if taken else []
    parts += [f"{len(unrepaired)} of {len(refused)} rejected items sent again unrepaired"] if unrepaired else []
    expected = "only rejected items sent again, repaired" if refused else "nothing sent again: all items were accepted"
    return violation(observation, RULE, expected, ", ".join(parts), RESEND)


def delivery(observation: Observation) -> Attempt | None:
    """The last repair if each rejected item was repaired; the 207 itself if it rejected nothing; else None."""
    items, done = rejected(observation), repairs(observation)
    if not items:
        return observation.failed
    found = [done[one.identity] for one in items if one.identity in done]
    return max(found, key=lambda attempt: (attempt.draining, attempt.at)) if len(found) == len(items) else None


def ignored(observation: Observation, logged: str) -> Violation:
    """A rejected item is lost. `logged` says which logger wrote of it, if any."""
    done, items = repairs(observation), rejected(observation)
    owed = [one for one in items if one.identity not in done]
    count = f"{len(owed)} of {len(items)} rejected items" if len(items) > 1 else "the rejected item"
    got = f"lost: nothing about {count} after the {observation.case.answer.status}, {logged}"
    return violation(observation, RULE, "each rejected item repaired and sent again, raised or reported", got, REPAIR)


def _met(observation: Observation) -> list[Attempt]:
    return [attempt for attempt in observation.attempts if observation.met(attempt)]


def _later(observation: Observation, first: Attempt) -> Iterator[Message]:
    start = next(at for at, attempt in enumerate(observation.attempts) if attempt is first)
    for attempt in observation.attempts[start + 1 :]:
        yield from attempt.messages


def _accepted_later(observation: Observation) -> Iterator[tuple[tuple[int, int], Attempt, Message]]:
    begun = False
    for number, attempt in enumerate(observation.attempts):
        good = attempt.status is not None and 200 <= attempt.status < 300
        for at, one in enumerate(attempt.messages):
            if begun and good and not one.rejected:
                yield (number, at), attempt, one
        begun = begun or observation.met(attempt)
