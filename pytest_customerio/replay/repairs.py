"""Recognises a payload that was refused, and is sent again in a repaired form: without what was wrong, or cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import loads
from typing import Any

from pytest_customerio.core.model import ErrorCase
from pytest_customerio.core.observation import Attempt, Message
from pytest_customerio.replay.scope import OF_THE_PAYLOAD

# Whom and what a message of Track v2 or Pipelines is about; the path of the other calls says so.
SUBJECT = ("type", "action", "identifiers", "userId", "anonymousId", "groupId", "event", "name")


def repair(case: ErrorCase, failed: Sequence[Attempt], attempts: Sequence[Attempt]) -> Attempt | None:
    """The later attempt that delivered all that was refused, in a repaired form; `failed` are those of one payload."""
    if case.family not in OF_THE_PAYLOAD:
        return None
    refused = [one for attempt in failed if attempt.met for one in attempt.messages]
    since = min((attempt.at for attempt in failed if attempt.met), default=0.0)
    taken = [one for one in attempts if one.at >= since and not one.met and _is_taken(one)]
    found = [one for wrong in refused if (one := _repaired(wrong, taken)) is not None]
    return found[-1] if found and len(found) == len(refused) else None


def _repaired(wrong: Message, taken: Sequence[Attempt]) -> Attempt | None:
    return next((one for one in taken if any(is_repair(wrong, said) for said in one.messages)), None)


def is_repair(before: Message, after: Message) -> bool:
    """Whether one message is another one without some of its members, or with texts that were cut.

    An identify may have other values too: it says the same of the same person later. An event is another event then,
    unless both have the same id.
    """
    (place, wrong), (again, mended) = parts(before), parts(after)
    if place != again or wrong == mended or not isinstance(wrong, Mapping) or not isinstance(mended, Mapping):
        return False
    if not mended:  # nothing of what was to be said is left
        return False
    if "/" not in place and any(wrong.get(name) != mended.get(name) for name in SUBJECT):
        return False
    free = not before.twice or (before.keyed and _id(before) == _id(after))
    return _is_less(wrong, mended, free=free)


def _is_taken(attempt: Attempt) -> bool:
    return attempt.status is not None and 200 <= attempt.status < 300


def parts(message: Message) -> tuple[str, Any]:
    """The address, and the payload without what each attempt makes anew."""
    place, _, text = message.identity.partition("\n")
    try:
        return place, loads(text.partition("\n")[0])
    except ValueError:
        return place, None


def _id(message: Message) -> str | None:
    anew = dict(message.anew)
    return anew.get("id") or anew.get("messageId")


def _is_less(wrong: Any, mended: Any, *, free: bool) -> bool:
    if isinstance(wrong, Mapping) and isinstance(mended, Mapping):
        return all(key in wrong and _is_less(wrong[key], mended[key], free=free) for key in mended)
    cut = isinstance(wrong, str) and isinstance(mended, str) and bool(mended) and wrong.startswith(mended)
    return bool(free or wrong == mended or cut)
