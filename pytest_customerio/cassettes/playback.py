"""Plays recorded answers through vcrpy's cassette. The only module of this folder that knows vcrpy."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vcr.cassette import Cassette  # type: ignore[import-untyped, unused-ignore]
from vcr.errors import UnhandledHTTPRequestError  # type: ignore[import-untyped, unused-ignore]
from vcr.record_mode import RecordMode  # type: ignore[import-untyped, unused-ignore]
from vcr.request import Request  # type: ignore[import-untyped, unused-ignore]

from pytest_customerio.cassettes.exchanges import Exchange, answer_of
from pytest_customerio.core.model import Answer, WireRequest

# The key of a request that any recorded request matches.
ANY = None
# Where a response carries the key of its request; vcrpy passes over it, as over `fault`.
_KEY = "key"


# A request is played by its key alone.
_NO_REQUEST = WireRequest("", "", {}, b"")


class Played(NamedTuple):
    """An answer, and the key of the recorded request that drew it."""

    answer: Answer
    key: Any


class Playback(Cassette):  # type: ignore[misc, unused-ignore]
    """A cassette of vcrpy's whose requests match by a key, and whose last answer repeats.

    vcrpy matches requests by method and address, plays each answer once, and then refuses. Here each recorded request
    has a key, such as its operation, and the last answer of a key is played for ever after. Everything else is vcrpy's
    own: which answers were played (`play_counts`), and which one is next (`play_response`).
    Not safe between threads, as vcrpy's cassettes are not: playing from several threads needs a lock.
    """

    @classmethod
    def of(cls, path: Path, recorded: Iterable[tuple[Hashable, Exchange]]) -> Playback:
        """A cassette with these interactions, in recorded order; `path` is where they were read."""
        persister = _Persister(list(recorded))
        playback: Playback = cls.load(
            path=str(path), persister=persister, record_mode=RecordMode.NONE, match_on=(_same_key,)
        )
        return playback

    def afresh(self) -> Playback:
        """The same cassette with nothing played yet. Playing one of the two does not move the other."""
        again = copy.copy(self)
        again.rewind()
        return again

    def play(self, key: Hashable = ANY) -> Played:
        """The next answer for this key. Raises vcrpy's `UnhandledHTTPRequestError` where nothing has the key."""
        response = self.play_response(_KeyedRequest(key))
        return Played(answer_of(response), response[_KEY])

    def play_response(self, request: Any) -> Any:
        """The next response for this request; once all are played, the last one again."""
        try:
            return super().play_response(request)
        except UnhandledHTTPRequestError:
            last = self.responses_of(request)[-1]
            self.play_counts[next(at for at, (_, response) in enumerate(self.data) if response is last)] += 1
            return last

    def __contains__(self, request: Any) -> bool:
        """Whether there is an answer: vcrpy asks this before it plays, and says no once all were played."""
        try:
            return bool(self.responses_of(request))
        except UnhandledHTTPRequestError:
            return False


class _KeyedRequest(Request):  # type: ignore[misc, unused-ignore]
    """A request of vcrpy's with the key that it is found by."""

    def __init__(self, key: Hashable, request: WireRequest = _NO_REQUEST) -> None:
        super().__init__(request.method, request.url, request.body or None, request.headers)
        self.key = key


class _Persister:
    """Gives vcrpy the interactions that were read already, in the place of a file."""

    def __init__(self, recorded: Sequence[tuple[Hashable, Exchange]]) -> None:
        self._recorded = recorded

    def load_cassette(self, path: str, serializer: object) -> tuple[list[Request], list[Mapping[str, Any]]]:
        """What vcrpy asks its persister for: requests and responses."""
        requests = [_KeyedRequest(key, one.request) for key, one in self._recorded]
        return requests, [_response(key, one.answer) for key, one in self._recorded]


def _same_key(request: Any, recorded: Any) -> bool:
    """A matcher of vcrpy's; a request without a key of ours matches any."""
    key = getattr(request, "key", ANY)
    return key is ANY or bool(key == recorded.key)


def _response(key: Hashable, answer: Answer) -> dict[str, Any]:
    """An answer in the form of vcrpy's responses."""
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name, []).append(value)
    return {
        "status": {"code": answer.status, "message": answer.reason},
        "headers": headers,
        "body": {"string": answer.body},
        "fault": answer.fault,
        _KEY: key,
    }
