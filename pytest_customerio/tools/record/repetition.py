"""Sends the requests of a cassette to a target again, and compares each answer with the recorded one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import loads
from typing import Any

from pytest_customerio.cassettes.document import Document, load
from pytest_customerio.cassettes.scrub import Exchange
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, Operation, WireRequest
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
    document = Document(candidate.path, load)
    prepare(target, catalog, candidate.name)
    for index, entry in enumerate(document.data["interactions"]):
        recorded = _exchange(entry)
        found = catalog.match(recorded.request.method, recorded.request.url, _parsed(recorded.request.body))
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
    if got.status < 300 and not _fits(_parsed(recorded.body), _parsed(got.body)):
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


def _exchange(entry: Mapping[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    headers = {name.lower(): value for name, value in _pairs(request["headers"])}
    status, body = response["status"], _bytes(response["body"]["string"])
    answer = Answer(status["code"], str(status.get("message") or ""), tuple(_pairs(response["headers"])), body)
    return Exchange(WireRequest(request["method"], request["uri"], headers, _bytes(request["body"])), answer)


def _pairs(headers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in headers.items():
        yield from ((name, value) for value in ([values] if isinstance(values, str) else values))


def _bytes(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""


def _parsed(body: bytes) -> Any:
    try:
        return loads(body) if body else None
    except (ValueError, RecursionError):
        return body
