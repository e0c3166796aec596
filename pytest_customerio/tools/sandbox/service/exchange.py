"""What went over the wire for one request: headers, the answer and the time it took, without any credential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import getsizeof

from pytest_customerio.core.model import Answer

MAX_BODY = 20_000  # bytes of an answer
_MAX_HEADERS = 60
_MAX_VALUE = 500
_HIDDEN = "(not kept)"
_SECRET = frozenset({"cookie", "proxy-authorization", "set-cookie", "x-gist-encoded-user-token"})

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `body` is the beginning of the answer's body, `size` the bytes of the whole body.

    Of an Authorization header only the scheme is kept: the key may be one of production.
    """

    base: str
    headers: Headers
    answer_headers: Headers
    body: bytes
    size: int
    milliseconds: float

    @property
    def weight(self) -> int:
        """Its size in memory in bytes, about."""
        pairs = (*self.headers, *self.answer_headers)
        return getsizeof(self.body) + sum(getsizeof(name) + getsizeof(value) for name, value in pairs)


def exchange(base: str, headers: Mapping[str, str], answer: Answer, milliseconds: float) -> Exchange:
    """The record of one request and its answer."""
    sent, received = _without_secrets(headers.items()), _without_secrets(answer.headers)
    return Exchange(base, sent, received, answer.body[:MAX_BODY], len(answer.body), milliseconds)


def _without_secrets(headers: Iterable[tuple[str, str]]) -> Headers:
    return tuple((name, _value(name.lower(), value)) for name, value in list(headers)[:_MAX_HEADERS])


def _value(name: str, value: str) -> str:
    if name == "authorization":
        scheme = value.strip().partition(" ")[0]
        return f"{scheme.capitalize()} {_HIDDEN}" if scheme.lower() in ("basic", "bearer") else _HIDDEN
    return _HIDDEN if name in _SECRET else value[:_MAX_VALUE]
