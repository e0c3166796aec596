"""Sends the requests of a cassette to a target again, and compares each answer with the recorded one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import Exchange, exchanges
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.record.candidates import Candidate
from pytest_customerio.tools.repeating import prepare, repeat
from pytest_customerio.tools.target import Target


@dataclass(frozen=True, slots=True)
class Repetition:
    """One recorded exchange whose request was sent again.

    `answer` is the new answer where it is the same case as the recorded one; otherwise `reason` says why not.
    """

    operation: str
    recorded: Exchange
    answer: Answer | None = None
    reason: str = ""


def repetitions(candidate: Candidate, target: Target, catalog: Catalog) -> Iterator[Repetition]:
    """Send each request of a cassette again, in recorded order.

    Raises `DataError` for a file that cannot be used, and `UnreachableError`.
    """
    document = Document(candidate.path)
    prepare(target, catalog, candidate.name)
    for index, recorded in enumerate(exchanges(document)):
        found = catalog.match(recorded.request.method, recorded.request.url, recorded.request.payload.value)
        operation = found.operation or next(iter(found.candidates), None)
        if operation is None or operation.surface != candidate.surface:
            where = ("interactions", index, "request", "uri")
            raise document.error(f"no operation of {candidate.surface}", *where)
        yield _repetition(candidate.name, recorded, operation, target)


def _repetition(cassette: str, recorded: Exchange, operation: Operation, target: Target) -> Repetition:
    reason = target.missing(operation)
    if reason:
        return Repetition(operation.id, recorded, reason=reason)
    answer = repeat(recorded.request, target, operation, cassette)
    reason = _difference(recorded.answer, answer)
    return Repetition(operation.id, recorded, None if reason else answer, reason)


def _difference(recorded: Answer, got: Answer) -> str:
    """Why this answer is another case than the recorded one; empty where it is the same."""
    if got.status != recorded.status:
        return f"answered {got.status}, not {recorded.status}"
    if got.status < 300 and not _fits(recorded.payload.value, got.payload.value):
        return f"answered {got.status} with another body"
    return ""


def _fits(recorded: Any, got: Any) -> bool:
    """Whether two success bodies have one shape: shared members have the same types, lists are both empty or not."""
    if isinstance(recorded, dict) and isinstance(got, dict):
        shared = set(recorded) & set(got)
        return (not recorded or bool(shared) or not got) and all(_fits(recorded[key], got[key]) for key in shared)
    if isinstance(recorded, list) and isinstance(got, list):
        return bool(recorded) == bool(got)
    return type(recorded) is type(got) or {type(recorded), type(got)} <= {int, float} or recorded is None
