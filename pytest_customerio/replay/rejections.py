"""The items of a batch that an answer rejects: the `errors` of a 207, by `batch_index`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from json import dumps

from pytest_customerio.core.model import Answer
from pytest_customerio.core.observation import Message
from pytest_customerio.replay.identity import UNNAMED


def rejections(answer: Answer) -> dict[int, list[dict[str, object]]]:
    """The errors of each batch index that an answer rejects; several errors may name one index."""
    if b'"batch_index"' not in answer.body:
        return {}
    body = answer.payload.value
    listed = body.get("errors") if isinstance(body, dict) else None
    found: dict[int, list[dict[str, object]]] = {}
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict) and type(error.get("batch_index")) is int:
            found.setdefault(error["batch_index"], []).append(error)
    return found


def marked(messages: Sequence[Message], answer: Answer) -> tuple[Message, ...]:
    """The messages of a batch; those that a 2xx answer rejects are marked `rejected`."""
    if not 200 <= answer.status < 300:
        return tuple(messages)
    refused = rejections(answer)
    return tuple(_refused(one, refused[at]) if at in refused else one for at, one in enumerate(messages))


def _refused(message: Message, errors: list[dict[str, object]]) -> Message:
    unnamed = any(error.get("field") in (None, "", "name") for error in errors)
    alike = frozenset(one for one in message.likeness if unnamed or not one.startswith(UNNAMED))
    return message._replace(likeness=alike, rejected=True)


def again(answer: Answer, first: Sequence[Message], messages: Sequence[Message], *, batch: bool) -> Answer | None:
    """The answer to a later request that repeats rejected items of the `first` batch without repair, else None.

    The answer holds the errors of those items again. Its status is 400 where the later request is no batch.
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
