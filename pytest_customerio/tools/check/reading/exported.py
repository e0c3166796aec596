"""Makes an interaction of a request that a file holds: of an export, of a HAR file, or of a cassette."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard
from urllib.parse import urlencode

from pytest_customerio.contract.engine.keywords import json_bytes
from pytest_customerio.contract.semantics import UNKNOWN_MOMENT
from pytest_customerio.contract.sizes import LEAST_LIMIT
from pytest_customerio.core.model import Interaction, WireRequest
from pytest_customerio.core.payload import Payload, decode

Json = Any
# Exports, browsers and recorders leave credentials out or mask them, so that nothing can be said of them.
_CREDENTIALS = frozenset({"missing-auth", "missing-workspace-id", "placeholder-credentials", "wrong-auth"})
_NO_HEADERS = _CREDENTIALS | {"non-strict-pipelines"}
# The headers that are not read: credentials, which no message may show, and the encoding, which is undone in a text.
_DROPPED = frozenset({"authorization", "content-encoding"})
_NOTHING = Payload()


@dataclass(frozen=True, repr=False)
class ExportedRequest(Interaction):
    """A request of an export whose body is a JSON value there, not the bytes that were sent."""

    exported: Payload = _NOTHING

    @property
    def payload(self) -> Payload:
        """The body."""
        return self.exported


def of_export(request: Mapping[str, Json], size: int, problem: str = "") -> Interaction:
    """A request with `method`, `url` (or `uri`), and what is known of `headers`, `body` and `at`, when it was sent.

    `body` is the text that was sent, or its JSON value. `size` is the size of the entry, which is at least that of the
    body. Without `body` only the address is judged, without `at` no rule about time.
    """
    method, url, body = request["method"], request.get("url", request.get("uri")), request.get("body")
    headers, at = _headers(request.get("headers")), _moment(request.get("at"))
    exempt = _CREDENTIALS if headers else _NO_HEADERS
    if body is None or isinstance(body, str):
        raw, known = (body or "").encode("utf-8", "surrogatepass"), "body" in request
        return Interaction("export", method, url, headers, raw, body_known=known, at=at, exempt=exempt)
    exported = _value(body, size, problem)
    return ExportedRequest("export", method, url, headers, at=at, exempt=exempt, exported=exported)


def payload_of(given: Json, entry: Payload) -> Payload:
    """A payload that is a member of an entry: its JSON value, or its text."""
    if isinstance(given, str):
        return decode({}, given.encode("utf-8", "surrogatepass"))
    return _value(given, entry.size, entry.problem)


def of_har(document: Json) -> Iterator[Interaction | None]:
    """The requests of a HAR file, in order; None for an entry that is none."""
    for entry in document["log"]["entries"]:
        request = entry.get("request") if isinstance(entry, dict) else None
        yield _of_har_entry(request, entry) if _is_request(request) else None


def is_har(document: Json) -> bool:
    """Whether a document has the shape of a HAR file."""
    log = document.get("log") if isinstance(document, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list)


def of_cassette(request: WireRequest) -> Interaction:
    """A recorded request. When it was sent is not recorded."""
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    exempt = _CREDENTIALS if headers else _NO_HEADERS
    body = request.body or None
    return Interaction("cassette", request.method, request.url, headers, body, at=UNKNOWN_MOMENT, exempt=exempt)


def _value(value: Json, size: int, problem: str) -> Payload:
    """A JSON value as a payload; `size` is that of its entry, and precise only where it can matter."""
    return Payload("json", value, size if size <= LEAST_LIMIT else json_bytes(value), problem)


def _of_har_entry(request: Mapping[str, Json], entry: Mapping[str, Json]) -> Interaction:
    headers, at = _headers(request.get("headers")), _moment(entry.get("startedDateTime"))
    posted = request.get("postData")
    body = _posted(posted) if isinstance(posted, dict) else None
    known = body is not None or request.get("bodySize") == 0
    exempt = _CREDENTIALS if headers else _NO_HEADERS
    return Interaction("har", request["method"], request["url"], headers, body, body_known=known, at=at, exempt=exempt)


def _is_request(request: Json) -> TypeGuard[Mapping[str, Json]]:
    return isinstance(request, dict) and all(isinstance(request.get(one), str) for one in ("method", "url"))


def _posted(posted: Mapping[str, Json]) -> bytes | None:
    """The body of a request in a HAR file: its text, or the parameters of a form."""
    text, form = posted.get("text"), posted.get("params")
    if isinstance(text, str) and text:
        try:
            return base64.b64decode(text) if posted.get("encoding") == "base64" else text.encode("utf-8", "replace")
        except binascii.Error:
            return None
    named = [one for one in form if isinstance(one, dict)] if isinstance(form, list) else []
    return urlencode([(one.get("name", ""), one.get("value", "")) for one in named]).encode() if named else None


def _headers(given: Json) -> dict[str, str]:
    """Headers by lower-case name, from a mapping or from a list of names and values; without those not read."""
    if isinstance(given, list):
        given = {one.get("name"): one.get("value") for one in given if isinstance(one, dict)}
    if not isinstance(given, dict):
        return {}
    found = {}
    for name, value in given.items():
        known = name.lower() if isinstance(name, str) else ""
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and known not in _DROPPED:
            found[known] = value
    return found


def _moment(given: Json) -> float:
    """The unix time of a number of seconds or of an ISO 8601 text."""
    if isinstance(given, str):
        try:
            return datetime.fromisoformat(given).timestamp()
        except (ValueError, OverflowError, OSError):
            return UNKNOWN_MOMENT
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return float(given) if is_number and 0 < given < 1e11 else UNKNOWN_MOMENT
