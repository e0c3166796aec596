"""Scrubs requests and answers: every value that is not known to be harmless is replaced."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from json import dumps
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.cassettes.recording import allowlist
from pytest_customerio.cassettes.recording.fakes import Namer
from pytest_customerio.cassettes.recording.positions import ANSWER, Position, in_payload
from pytest_customerio.cassettes.recording.values import Values
from pytest_customerio.contract.catalog.catalog import Catalog, Match
from pytest_customerio.contract.events import EVENTS
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.payload import Payload

_HOST = "https://track.customer.io"
_SAFE = "@+~"
_NOTHING = re.compile(r"(?!)")
_NOT_JSON = object()


class Scrubber:
    """Replaces personal values by the names that `namer` gives; values in `known` stay as they are.

    A header stays if its name is listed, a member's name if it says nothing about a person. The application's own data
    is always replaced; of a member that Customer.io's schemas list, a word of the schemas, a small number and a time
    stay; of a sentence of Customer.io's, the words that its recorded answers contain. The form of a value decides what
    kind of name takes its place. Scrubbing a second time changes nothing.
    """

    def __init__(self, catalog: Catalog, namer: Namer, known: Collection[str] = ()) -> None:
        self._catalog = catalog
        self._values = Values(namer, known, self._own_url)

    def exchange(self, given: Exchange) -> Exchange:
        """The request and its answer, scrubbed."""
        request = self.request(given.request)
        return Exchange(request, self.answer(given.answer))

    def request(self, given: WireRequest) -> WireRequest:
        """A request without credentials, in plain JSON."""
        payload = _json(given.payload)
        place = self._catalog.match(given.method, given.url, payload)
        url = self._address(place, given.url)
        headers = request_headers(given)
        body = self._body(given.body, payload, in_payload(self._catalog, place), _events(place))
        return WireRequest(given.method, url, headers, body)

    def answer(self, given: Answer) -> Answer:
        """An answer without personal values."""
        headers = [
            (name, self._location(value) if name == "Location" else value)
            for name, value in _headers(given.headers, allowlist.RESPONSE_HEADERS)
        ]
        reason = given.reason if given.reason in allowlist.REASONS else ""
        body = self._body(given.body, _json(given.payload), ANSWER)
        return replace(given, reason=reason, headers=tuple(headers), body=body)

    def _location(self, url: str) -> str:
        return self._own_url(url) or self._values.named("url", url)

    def _own_url(self, url: str) -> str | None:
        """An address of Customer.io's, scrubbed; None for any other address."""
        place = self._catalog.place("GET", url)
        if not place.region:
            return None
        return f"https://{place.address.host}{self._path(place, place.address.path)}{self._query(place.address.query)}"

    def _address(self, place: Match, url: str) -> str:
        """The address of a request, scrubbed, on the host of Customer.io's that has this operation."""
        address, host = place.address, _HOST
        if place.candidates:
            hosts = place.candidates[0].hosts
            host = f"https://{hosts.get(place.region or 'us', next(iter(hosts.values())))}"
        elif place.region:
            host = f"https://{address.host}"
        return host + self._path(place, address.path or urlsplit(url).path) + self._query(address.query)

    def _path(self, place: Match, path: str) -> str:
        template = place.candidates[0].path.split("/") if place.candidates else []
        return "/".join(
            self._segment(segment, template[index] if index < len(template) else "")
            for index, segment in enumerate(path.split("/"))
        )

    def _segment(self, segment: str, expected: str) -> str:
        if segment in ("", expected) or (not expected and segment in self._literals):
            return segment
        value = unquote(segment, errors="replace")
        return quote(self._values.text(value, expected.strip("{}") or "id"), safe=_SAFE)

    @cached_property
    def _literals(self) -> set[str]:
        """The fixed parts of the paths of all operations."""
        paths = (operation.path for operation in self._catalog.operations.values())
        return {part for path in paths for part in path.split("/") if not part.startswith("{")}

    def _query(self, query: str) -> str:
        values = self._values
        pairs = [(values.key(k), values.text(v, k)) for k, v in parse_qsl(query, True, errors="replace")]  # noqa: FBT003
        return "?" + urlencode(pairs, safe="@~") if pairs else ""

    def _body(self, raw: bytes, payload: Any, position: Position, events: frozenset[str] = frozenset()) -> bytes:
        if not raw:
            return b""
        try:
            if payload is not _NOT_JSON:
                return compact(self._values.whole(payload, position, events), raw)
        except RecursionError:
            pass
        return self._values.named("text", raw.decode("utf-8", "replace")).encode()


def _json(payload: Payload) -> Any:
    return payload.value if payload.kind == "json" else _NOT_JSON


def compact(payload: Any, was: bytes) -> bytes:
    """A payload as JSON; with a line feed at its end if `was` has one, as Track's answers do."""
    return dumps(payload, separators=(",", ":")).encode() + b"\n" * was.endswith(b"\n")


def request_headers(request: WireRequest) -> dict[str, str]:
    """Those headers of a request that may stand in a recording."""
    return dict(_headers(request.headers.items(), allowlist.REQUEST_HEADERS))


def allowed_headers(headers: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those headers of an answer that may stand in a recording."""
    yield from _headers(headers, allowlist.RESPONSE_HEADERS)


def _headers(
    given: Collection[tuple[str, str]], allowed: Mapping[str, tuple[str, re.Pattern[str]]]
) -> Iterator[tuple[str, str]]:
    for name, value in given:
        shown, pattern = allowed.get(name.lower(), ("", _NOTHING))
        if shown and pattern.fullmatch(value.strip()):
            yield shown, value.strip()


def _events(place: Match) -> frozenset[str]:
    """The members that hold names of events in the payload of this operation."""
    operation = place.operation
    if operation is None or operation.surface == "app":
        return frozenset()
    if operation.surface == "pipelines":
        return frozenset({"event"})
    return frozenset({"name"}) if operation.name.removeprefix("person_") in EVENTS - {"page", "screen"} else frozenset()
