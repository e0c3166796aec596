"""Checks that a recording was scrubbed: it contains no credential and no canary, in any encoding."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from json import dumps
from urllib.parse import quote, quote_plus

from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.scrub import Scrubber, compact
from pytest_customerio.core.credentials import credentials
from pytest_customerio.core.model import Answer, WireRequest

# Shorter values occur by chance.
SHORTEST = 6
_CANARY = "cio_canary"


class LeakError(Exception):
    """A text that was to be written contains a secret or the canary. The message never repeats the value."""


class CanaryScrubber:
    """Scrubs exchanges. Plants a canary, a made-up e-mail address, in each, and checks that it is gone afterwards."""

    def __init__(self, scrubber: Scrubber, fakes: Fakes) -> None:
        self._scrubber = scrubber
        self._fakes = fakes
        self.canary = f"canary-{secrets.token_hex(12)}@planted.invalid"
        self.secrets: set[str] = set()

    def scrubbed(self, given: Exchange) -> Exchange:
        """The exchange without personal data. Raises `LeakError` where the scrubber left the canary."""
        self.secrets.update(secret for secret in credentials(given.request.headers) if len(secret) >= SHORTEST)
        request, answer = given.request, given.answer
        for text in (request.url.encode(), request.body, answer.body):
            self._fakes.reserve(text.decode("utf-8", "replace"))
        headers = {**request.headers, "x-cio-canary": self.canary}
        planted = WireRequest(request.method, request.url, headers, _with(request, self.canary))
        answered = replace(
            answer, headers=(*answer.headers, ("X-Cio-Canary", self.canary)), body=_with(answer, self.canary)
        )
        found = self._scrubber.exchange(Exchange(planted, answered))
        if contains_any(_texts(found), [self.canary]):
            raise LeakError("the scrubber did not run: the canary is still there. Nothing was written")
        self._fakes.forget(self.canary)
        request = replace(found.request, body=_without(found.request))
        return Exchange(request, replace(found.answer, body=_without(found.answer)))

    def check(self, text: str) -> None:
        """Raise `LeakError` where the text contains a credential or the canary, in any encoding."""
        if contains_any([text], [self.canary]):
            raise LeakError("the canary is still in it")
        if contains_any([text], self.secrets):
            raise LeakError("a credential is still in it")


def contains_any(texts: Iterable[str], values: Iterable[str]) -> bool:
    """Whether one of the texts contains one of the values: as it is, URL-quoted, in base64, or escaped as in JSON."""
    forms = {form for value in values if value for form in _forms(value)}
    return any(form in text for text in texts for form in forms)


def _forms(value: str) -> Iterator[str]:
    yield from (value, quote(value, safe=""), quote(value), quote(value, safe="@+~"), quote_plus(value))
    for ascii_only in (True, False):
        once = dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield from (once, dumps(once, ensure_ascii=ascii_only)[1:-1])
    raw = value.encode("utf-8", "surrogatepass")
    for shift in range(3):  # base64 depends on the offset in the text: a password stands behind its user name
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        whole = coded[(0, 2, 3)[shift] : len(coded) - bool((shift + len(raw)) % 3)]
        if len(whole) >= SHORTEST:
            yield from (whole, whole.replace("+", "-").replace("/", "_"))


def _texts(exchange: Exchange) -> Iterator[str]:
    request, answer = exchange.request, exchange.answer
    yield from (request.url, request.body.decode("utf-8", "replace"), answer.body.decode("utf-8", "replace"))
    for headers in (request.headers.items(), answer.headers):
        yield from (text for pair in headers for text in pair)


def _with(said: WireRequest | Answer, canary: str) -> bytes:
    payload = said.payload.value
    return compact({**payload, _CANARY: canary}, said.body) if isinstance(payload, dict) else said.body


def _without(said: WireRequest | Answer) -> bytes:
    payload = said.payload.value
    if not isinstance(payload, dict) or _CANARY not in payload:
        return said.body
    return compact({key: value for key, value in payload.items() if key != _CANARY}, said.body)
