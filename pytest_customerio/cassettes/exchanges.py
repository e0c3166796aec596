"""The interactions of a cassette as values: requests and the answers that they drew, in recorded order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_customerio.cassettes.document import Document
from pytest_customerio.core.model import Answer, WireRequest


class Exchange(NamedTuple):
    """One request and its answer."""

    request: WireRequest
    answer: Answer


def exchanges(document: Document) -> list[Exchange]:
    """All interactions of a cassette, in recorded order."""
    return [exchange(interaction) for interaction in document.data["interactions"]]


def exchange(interaction: Mapping[str, Any]) -> Exchange:
    """One interaction. Its data has passed the checks of `Document`."""
    return Exchange(request_of(interaction["request"]), answer_of(interaction["response"]))


def request_of(given: Mapping[str, Any]) -> WireRequest:
    """A recorded request. Of a header with several values the first one counts."""
    headers = {str(name).lower(): str(next(iter(_values(one)), "")) for name, one in given["headers"].items()}
    return WireRequest(given["method"], given["uri"], headers, _bytes(given["body"]))


def answer_of(given: Mapping[str, Any]) -> Answer:
    """A recorded response, or the fault of the network that a response of ours stands for."""
    status, fault = given["status"], given.get("fault")
    return Answer(
        status=0 if fault else status["code"],
        reason=str(status.get("message") or ""),
        headers=tuple(_pairs(given["headers"])),
        body=_bytes(given["body"].get("string")),
        fault=fault,
    )


def _pairs(headers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name and value of each header: vcrpy writes a list of values for each name, people write one text."""
    for name, values in headers.items():
        yield from ((name, value) for value in _values(values))


def _values(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list | tuple) else [values]


def _bytes(body: Any) -> bytes:
    """A body as bytes: vcrpy writes text, bytes, a JSON value (for aiohttp), or the parts of an iterator."""
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, tuple):
        return b"".join(map(_bytes, body))
    return body.encode("utf-8", "replace") if isinstance(body, str) else json.dumps(body, default=repr).encode()
