"""What a test sends today is compared with its recording."""

from __future__ import annotations

from pathlib import Path

import pytest
from echo import CATALOG, HEADERS, look, put, recorded

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import exchanges
from pytest_customerio.cassettes.recording import drifting
from pytest_customerio.cassettes.recording.answers import RecordedAnswers
from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.matching import identity
from pytest_customerio.cassettes.recording.scrub import Scrubber
from pytest_customerio.core import data
from pytest_customerio.core.model import WireRequest


def drift(path: Path, *sent: WireRequest) -> list[str]:
    answers = RecordedAnswers(path, CATALOG)
    for request in sent:
        answers.answer(request)
    return answers.drift()


def test_the_same_requests(tmp_path: Path) -> None:
    """Nothing differs where a test sends the recorded requests with other values, in another order."""
    path = recorded(tmp_path, put("a", plan="x"), look("a"), put("b", n=1))
    assert drift(path, put("z", n=5), put("c", plan="y"), look("c")) == []


def test_requests_that_are_sent_no_more(tmp_path: Path) -> None:
    """A recorded request that is not sent is named with its operation; several of one kind are counted."""
    path = recorded(tmp_path, put("a", n=1), put("b", n=1), put("c", n=1), look("a"))
    assert drift(path, put("a", n=1)) == ["track.identify: recorded, not sent (2 times)", f"{LOOK}: recorded, not sent"]
    assert drift(path) == ["track.identify: recorded, not sent (3 times)", f"{LOOK}: recorded, not sent"]


def test_another_request(tmp_path: Path) -> None:
    """A request that differs is compared with the nearest recorded one, which does not count as missing then."""
    path = recorded(tmp_path, put("a", n=1, plan="x"), put("a", something=True))
    assert drift(path, put("a", n="1", plan="x"), put("a", something=True)) == [
        "track.identify: $.n: a number recorded, a text sent"
    ]
    assert drift(path, put("a", n=1, plan="x"), put("a", something=True), put("a", something=True, m=1)) == [
        "track.identify: $.m sent, not recorded"
    ]


def test_a_request_of_a_kind_that_is_not_recorded(tmp_path: Path) -> None:
    """A request whose operation was not recorded is named, with its number; no operation is no matter of recordings."""
    path = recorded(tmp_path, put("a"))
    unheard = WireRequest("GET", "https://track.customer.io/api/v1/unheard", {}, b"")
    assert drift(path, put("a"), look("a"), look("b"), unheard) == [f"{LOOK}: sent, not recorded (2 times)"]


@pytest.mark.parametrize(("times", "shown"), [(1, "once"), (2, "2 times")])
def test_more_often(tmp_path: Path, times: int, shown: str) -> None:
    """A request that is sent more often than it was recorded gets the last answer again, and is named."""
    path = recorded(tmp_path, *[put("a", n=1)] * times)
    assert drift(path, *[put("a", n=1)] * 3) == [f"track.identify: sent 3 times, recorded {shown}"]


def test_other_headers(tmp_path: Path) -> None:
    """A request that says the same with other headers is named."""
    path = recorded(tmp_path, put("a", n=1))
    strict = WireRequest("PUT", put("a").url, {**HEADERS, "x-strict-mode": "1"}, put("a", n=1).body)
    assert drift(path, strict) == ['track.identify: header["X-Strict-Mode"] sent, not recorded']


def test_only_so_many_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many different requests the first ones are compared."""
    monkeypatch.setattr(drifting, "REMEMBERED", 2)
    path = recorded(tmp_path, look("a"))
    assert drift(path, look("a"), *(put("a", **{f"n{number}": 1}) for number in range(9))) == [
        "track.identify: sent, not recorded"
    ]


def test_a_scrubbed_request_says_the_same() -> None:
    """The recorded requests of all shipped cassettes have the same identity with and without their own values."""
    for path in sorted(data.cassettes().glob("*/200-*.yaml")):
        for one in exchanges(Document(path)):
            scrubbed = Scrubber(CATALOG, Fakes(trusting=False)).request(one.request)
            assert identity(scrubbed, CATALOG)[0] == identity(one.request, CATALOG)[0], scrubbed.url


LOOK = "app.person_attributes"
