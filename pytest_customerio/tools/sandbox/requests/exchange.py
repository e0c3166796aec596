"""What went over the wire for one request: headers, the answer and the time it took, without any credential."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from pytest_customerio.core.model import Answer

MAX_BODY = 20_000  # bytes of an answer
_MOST_HEADERS = 60
_LONGEST_VALUE = 500
_HIDDEN = "(not stored)"
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-gist-encoded-user-token"})
_OVERHEAD = 110  # bytes of two short texts in a tuple, about

Headers = tuple[tuple[str, str], ...]


class Exchange(NamedTuple):
    """One request and its answer. `body` is the beginning of the answer's body, `size` the bytes of the whole body.

    Of an Authorization header only the scheme is stored: the key may be one of production.
    """

    base: str
    headers: Headers
    answer_headers: Headers
    body: bytes
    size: int
    milliseconds: float

    @property
    def weight(self) -> int:
        """Its size in memory in bytes, about. The headers of an answer are those of the cassette."""
        return len(self.body) + _weight(self.headers)


def exchange(base: str, headers: Mapping[str, str], answer: Answer, milliseconds: float) -> Exchange:
    """The record of one request and its answer. The names of the request's headers are in lower case."""
    sent = _stored(tuple(headers.items()))
    return Exchange(base, sent, answer.headers, answer.body[:MAX_BODY], len(answer.body), milliseconds)


# A client often sends the same headers. Then entries of the log share one tuple.
@lru_cache(maxsize=64)
def _stored(headers: Headers) -> Headers:
    """What is stored of the headers of a request."""
    return tuple(
        (name, _shown(name, value) if name in _SECRET else value[:_LONGEST_VALUE])
        for name, value in headers[:_MOST_HEADERS]
    )


@lru_cache(maxsize=64)
def _weight(headers: Headers) -> int:
    """The size of headers in memory in bytes, about."""
    return sum(len(name) + len(value) + _OVERHEAD for name, value in headers)


def _shown(name: str, value: str) -> str:
    """What is stored of a secret header: the scheme of the usual credentials."""
    scheme = value.strip().partition(" ")[0].capitalize()
    return f"{scheme} {_HIDDEN}" if name == "authorization" and scheme in ("Basic", "Bearer") else _HIDDEN
