"""What is written between two snapshots: each request that was carried out, and what the user let happen."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.tools.sandbox.requests.request import ANY_HOST, ApiRequest, HttpRequest

_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_NEEDED = ("host", "content-type", "content-encoding")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `kind` is request, deliver, load or webhook; `body` is the body of a request."""

    kind: str
    at: float
    values: Mapping[str, Any]
    body: bytes = b""

    def written(self) -> bytes:
        """The entry as bytes: a line of JSON, then the body."""
        return _ENCODER.encode((self.kind, self.at, self.values)).encode() + b"\n" + self.body


def read_entry(data: bytes) -> Entry:
    """The entry in bytes."""
    head, _, body = data.partition(b"\n")
    kind, at, values = json.loads(head)
    return Entry(kind, at, values, body)


def request_entry(request: ApiRequest, skip: Collection[int | None]) -> Entry:
    """The entry of a request, without its credentials."""
    headers = {name: request.http.headers[name] for name in _NEEDED if name in request.http.headers}
    values = {
        "method": request.http.method,
        "url": request.url,
        "headers": headers,
        "base": request.http.base,
        "skip": list(skip),
    }
    return Entry("request", request.at, values, request.http.body)


def http_request(entry: Entry) -> HttpRequest:
    """The request of an entry."""
    values = entry.values
    target = values["url"].removeprefix(ANY_HOST)
    if "://" in target:
        target = "/" + target.partition("://")[2].partition("/")[2]
    return HttpRequest(values["method"], target, values["headers"], entry.body, values["base"])
