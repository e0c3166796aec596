"""Judges sizes: that of a call by its body, that of an item of a batch as compact JSON."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pytest_customerio.contract.engine.keywords import json_bytes
from pytest_customerio.contract.rules import violation
from pytest_customerio.core.model import Violation
from pytest_customerio.core.operation import Operation

_MEASURED = 5000  # more items than any accepted batch can have
_ENTITY = 32
_BATCH = 500
_MESSAGE = 1000
# No call of fewer bytes is over any limit, nor is an item of it.
LEAST_LIMIT = _ENTITY * 1000


def judge_sizes(operation: Operation, payload: object, size: int) -> Iterator[Violation]:
    """The sizes that are over a limit.

    It is not documented whether a KB has 1000 or 1024 bytes: over 1024 is an error, over 1000 a warning.
    """
    if operation.name == "batch":
        yield from _over("batch-too-large", "$", size, _BATCH)
        yield from _entities(payload)
    elif operation.surface in {"track_v2", "pipelines"}:
        yield from _over("entity-too-large", "$", size, _ENTITY)
    elif operation.id.startswith("app.send_") and size > _MESSAGE * 1000 and isinstance(payload, dict):
        yield from _message(payload)


def _entities(payload: object) -> Iterator[Violation]:
    batch = payload.get("batch") if isinstance(payload, dict) else None
    for index, item in enumerate(islice(batch, _MEASURED) if isinstance(batch, list) else ()):
        yield from _over("entity-too-large", f"$.batch[{index}]", json_bytes(item), _ENTITY)


def _message(payload: dict[str, object]) -> Iterator[Violation]:
    rest = json_bytes({key: value for key, value in payload.items() if key != "attachments"})
    yield from _over("message-too-large", "$", rest, _MESSAGE)


def _over(rule: str, where: str, size: int, limit: int) -> Iterator[Violation]:
    if size <= limit * 1000:
        return
    hint = "enforce the limit before sending, and split"
    expected = f"at most {limit} KB" if limit < 1000 else "at most 1 MB"
    source = "documented" if size > limit * 1024 else "inferred"
    yield violation(rule, where, expected, f"{size} bytes", hint, "413", source=source)
