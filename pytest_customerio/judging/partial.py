"""A batch that was accepted in part (207): what was rejected, what became of it, and what must not be sent again.

The items that the answer's `errors` name by `batch_index` were rejected, all others were accepted, whatever the status
says: 2xx with errors is no delivery. The payload that met the error are the rejected items:

* recovered: each of them was later accepted in a repaired form, alone or in another batch (deferred: by a drain);
* raised, deferred, reported: as for any error;
* lost, and so `partial-failure-ignored`: at least one of them was neither repaired nor is anybody told;
* an empty list of `errors` rejects nothing: all was delivered, there is nothing to do.

A repaired item is another payload. It is known by what a repair leaves alone: type, action, identifiers and name; or,
where those were what was wrong, the attributes. One repaired event makes up for one rejected event, while one identify
makes up for all rejected ones of that person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from json import dumps

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.replay.attempts import broken
from pytest_customerio.replay.identity import UNNAMED

RULE = "partial-failure-ignored"
REPAIR = (
    'read response.json()["errors"]: repair each item at its batch_index and send it alone, or raise or report it;'
    " the official SDK returns a 207 like any success"
)
RESEND = "send only the items that response.json()['errors'] names, repaired: all others were accepted"


def rejections(answer: Answer) -> dict[int, list[dict[str, object]]]:
    """The errors of each batch index that an answer rejects; several errors may name one index."""
    body = answer.payload.value
    listed = body.get("errors") if isinstance(body, dict) else None
    found: dict[int, list[dict[str, object]]] = {}
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict) and type(error.get("batch_index")) is int:
            found.setdefault(error["batch_index"], []).append(error)
    return found


def marked(messages: Sequence[Message], answer: Answer) -> tuple[Message, ...]:
    """The messages of a batch, those marked that a 2xx answer rejects."""
    if not 200 <= answer.status < 300:
        return tuple(messages)
    refused = rejections(answer)
    return tuple(_refused(one, refused[at]) if at in refused else one for at, one in enumerate(messages))


def _refused(message: Message, errors: list[dict[str, object]]) -> Message:
    unnamed = any(error.get("field") in (None, "", "name") for error in errors)
    alike = frozenset(one for one in message.likeness if unnamed or not one.startswith(UNNAMED))
    return replace(message, likeness=alike, rejected=True)


def again(answer: Answer, first: Sequence[Message], messages: Sequence[Message], *, batch: bool) -> Answer | None:
    """What a later request is answered that repeats rejected items unrepaired: their errors, a 400 where it is no
    batch; None where it repeats none.
    """
    errors = rejections(answer)
    known = {one.identity: errors[at] for at, one in enumerate(first) if at in errors}
    found = [{**error, "batch_index": at} for at, one in enumerate(messages) for error in known.get(one.identity, ())]
    if not found:
        return None
    if batch:
        return replace(answer, body=dumps({"errors": found}).encode())
    alone = [{key: value for key, value in error.items() if key != "batch_index"} for error in found]
    return replace(answer, status=400, reason="Bad Request", body=dumps({"errors": alone}).encode())


def rejected(observation: Observation) -> list[Message]:
    """The items that met the error: those rejected, each once."""
    refused = [one for attempt in observation.attempts if observation.met(attempt) for one in attempt.messages]
    return list({one.identity: one for one in refused if one.rejected}.values())


def repairs(observation: Observation) -> dict[str, Attempt]:
    """By the identity of each rejected item, the attempt that delivered it at last."""
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
    """Accepted items must not be sent again, nor rejected ones as they were."""
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
    return broken(observation, RULE, expected, ", ".join(parts), RESEND)


def delivery(observation: Observation) -> Attempt | None:
    """The attempt that settled it: the last repair, or the 207 itself where it rejected nothing; else None."""
    items, done = rejected(observation), repairs(observation)
    if not items:
        return observation.failed
    found = [done[one.identity] for one in items if one.identity in done]
    return max(found, key=lambda attempt: (attempt.draining, attempt.at)) if len(found) == len(items) else None


def ignored(observation: Observation, told: str) -> Violation:
    """A rejected item came to nothing. `told` says who logged that, if anybody."""
    done, items = repairs(observation), rejected(observation)
    owed = [one for one in items if one.identity not in done]
    count = f"{len(owed)} of {len(items)} rejected items" if len(items) > 1 else "the rejected item"
    got = f"lost: nothing about {count} after the {observation.case.answer.status}, {told}"
    return broken(observation, RULE, "each rejected item repaired and sent again, raised or reported", got, REPAIR)


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
