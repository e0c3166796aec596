"""Recorded answers are played by vcrpy's cassette: in recorded order by key, and the last one repeats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from vcr.cassette import Cassette
from vcr.errors import UnhandledHTTPRequestError
from vcr.request import Request

from pytest_customerio.cassettes.exchanges import Exchange
from pytest_customerio.cassettes.playback import Playback, _KeyedRequest
from pytest_customerio.core.model import Answer, WireRequest

PATH = Path("cassettes/track/case.yaml")


def recorded(key: str, code: int, **answer: object) -> tuple[str, Exchange]:
    """An interaction with this key, answered with this status."""
    request = WireRequest("PUT", f"https://track.customer.io/{key}", {"content-type": "a/b"}, b"{}")
    return key, Exchange(request, Answer(code, "As Told", **answer))  # type: ignore[arg-type]


def made(*interactions: tuple[str, Exchange]) -> Playback:
    return Playback.of(PATH, interactions)


def test_plays_in_recorded_order_and_then_the_last_one() -> None:
    """Each key has its own order; its last answer is given again and again."""
    playback = made(recorded("a", 429), recorded("b", 500), recorded("a", 503), recorded("a", 200))
    assert [playback.play("a").answer.status for _ in range(5)] == [429, 503, 200, 200, 200]
    assert [playback.play("b").answer.status for _ in range(2)] == [500, 500]


def test_vcrpy_keeps_the_books() -> None:
    """The interactions and the number of plays of each are in vcrpy's own attributes."""
    playback = made(recorded("a", 429), recorded("b", 500), recorded("a", 503))
    assert isinstance(playback, Cassette)
    assert [request.uri for request in playback.requests] == [f"https://track.customer.io/{key}" for key in "aba"]
    assert [request.body for request in playback.requests] == [b"{}"] * 3
    for _ in range(4):
        playback.play("a")
    assert (dict(playback.play_counts), playback.play_count, playback.all_played) == ({0: 1, 2: 3}, 4, False)


def test_without_a_key_any_answer_is_next() -> None:
    """A request without a key gets the first answer that was not played, and the key that it was recorded with."""
    playback = made(recorded("a", 429), recorded("b", 500))
    playback.play("a")
    assert [tuple(playback.play())[1] for _ in range(3)] == ["b", "b", "b"]


def test_an_unknown_key_is_refused() -> None:
    """vcrpy's own error is raised where nothing was recorded with the key."""
    with pytest.raises(UnhandledHTTPRequestError):
        made(recorded("a", 429)).play("c")


def test_an_answer_comes_out_as_it_went_in() -> None:
    """Status, reason, repeated headers, bytes and faults pass through vcrpy unchanged."""
    headers = (("Retry-After", "2"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    first = recorded("a", 429, headers=headers, body=b"\xff")
    second = recorded("a", 0, fault="truncated-body", headers=headers, body=b"{")
    playback = made(first, second)
    assert [playback.play("a").answer for _ in range(2)] == [first[1].answer, second[1].answer]


def test_afresh_plays_apart() -> None:
    """A cassette taken afresh begins at its first answer and does not move the one that it came from."""
    playback = made(recorded("a", 429), recorded("a", 200))
    assert playback.play("a").answer.status == 429
    assert playback.afresh().play("a").answer.status == 429
    assert playback.play("a").answer.status == 200


def test_vcrpy_itself_can_play_it() -> None:
    """In the place of a cassette of vcrpy's it answers real requests in order, the last answer again and again."""
    playback = made(recorded("a", 429, body=b"slow down"), recorded("a", 200))
    with Playback.use(
        path=str(PATH),
        persister=playback._persister,
        record_mode=playback.record_mode,
        match_on=playback._match_on,
    ) as used:
        statuses = [requests.put("https://track.customer.io/other/a", timeout=5).status_code for _ in range(3)]
    assert (statuses, used.play_count) == ([429, 200, 200], 3)


def test_whether_there_is_an_answer() -> None:
    """vcrpy's `in` is true as long as an answer can be played, which is for ever."""
    playback = made(recorded("a", 429))
    for _ in range(2):
        assert _KeyedRequest("a") in playback
        assert Request("PUT", "https://track.customer.io/b", None, {}) in playback
        playback.play("a")
    assert _KeyedRequest("b") not in playback


@pytest.fixture(autouse=True)
def _no_leak() -> Iterator[None]:
    """Nothing of vcrpy stays patched."""
    before = requests.adapters.HTTPAdapter.send
    yield
    assert requests.adapters.HTTPAdapter.send is before
