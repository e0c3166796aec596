"""One cassette file, read through vcrpy and played by operation."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from vcr.errors import UnhandledHTTPRequestError
from vcr.request import Request

from pytest_customerio.cassettes.playback import Playback, open_cassette
from pytest_customerio.core.data import DataError

URL = "https://track.customer.io/api/v1/customers/42"


def operation_of(method: str, url: str, body: bytes | None) -> str:
    """The last part of the address is the operation; `nothing` is none."""
    name = url.rpartition("/")[2]
    if name == "nothing":
        raise LookupError(f"{method} {url} is no operation")
    return name if body is None else f"{name}:{body.decode()}"


def interaction(name: str, code: int, text: str = "", body: object = None, **response: object) -> dict[str, Any]:
    status = {"code": code, "message": "As Told"}
    return {
        "request": {"method": "PUT", "uri": f"https://track.customer.io/{name}", "headers": {}, "body": body},
        "response": {"status": status, "headers": {}, "body": {"string": text}, **response},
    }


def opened(folder: Path, *interactions: dict[str, Any]) -> Playback:
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "interactions": list(interactions)}))
    return open_cassette(path, operation_of)


def test_plays_in_recorded_order_and_then_the_last_one(tmp_path: Path) -> None:
    """Each operation has its own order; the last answer is given again and again."""
    playback = opened(
        tmp_path, interaction("a", 429), interaction("b", 500), interaction("a", 503), interaction("a", 200)
    )
    assert [playback.play("a").status for _ in range(5)] == [429, 503, 200, 200, 200]
    assert [playback.play("b").status for _ in range(2)] == [500, 500]
    assert playback.operations == ("a", "b")


def test_an_operation_without_an_answer_gets_the_first(tmp_path: Path) -> None:
    """What the file does not tell apart is answered with its first interaction."""
    playback = opened(tmp_path, interaction("a", 429), interaction("b", 500))
    assert playback.play("c").status == 429
    assert [one.status for one in playback.answers("c")] == [429]


def test_an_answer_is_as_recorded(tmp_path: Path) -> None:
    """Status, reason, repeated headers and body come through; one text stands for a list of one."""
    headers = {"Retry-After": ["2"], "Set-Cookie": ["a=1", "b=2"], "Via": "1.1 google"}
    answer = opened(tmp_path, interaction("a", 429, "zu früh", headers=headers)).play("a")
    assert (answer.status, answer.reason, answer.body, answer.fault) == (429, "As Told", "zu früh".encode(), None)
    assert answer.headers == (("Retry-After", "2"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Via", "1.1 google"))


def test_a_fault_has_no_status(tmp_path: Path) -> None:
    """Whatever status a network fault carries for plain vcrpy, to us it has none."""
    answer = opened(tmp_path, interaction("a", 0, fault="read-timeout")).play("a")
    assert (answer.status, answer.fault) == (0, "read-timeout")


def test_afresh_plays_apart(tmp_path: Path) -> None:
    """A cassette taken afresh begins again and does not move the one it came from."""
    playback = opened(tmp_path, interaction("a", 429), interaction("a", 200))
    assert playback.play("a").status == 429
    assert playback.afresh().play("a").status == 429
    assert playback.play("a").status == 200


def test_schedule_plays_so_often_and_then_hands_over(tmp_path: Path) -> None:
    """`times` answers of the cassette, whatever the operation, then the answers of somebody else; None is for ever."""
    playback = opened(tmp_path, interaction("a", 429))
    success = opened(tmp_path, interaction("a", 200)).play
    answer = playback.schedule(2, success)
    assert [answer("a").status for _ in range(4)] == [429, 429, 200, 200]
    lasting = playback.schedule(None, success)
    assert {lasting("a").status for _ in range(20)} == {429}


def test_many_threads_share_a_schedule(tmp_path: Path) -> None:
    """Among many threads exactly `times` attempts meet the error, each recorded answer once."""
    success = opened(tmp_path, interaction("a", 200)).play("a")
    playback = opened(tmp_path, *(interaction("a", 400 + index) for index in range(50)))
    answer, met = playback.schedule(50, lambda _: success), list[int]()
    threads = [threading.Thread(target=lambda: met.extend(answer("a").status for _ in range(25))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == sorted([200] * 150 + [400 + index for index in range(50)])


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (None, "a"),
        ("text", "a:text"),
        (b"bytes", "a:bytes"),
        ({"key": 1}, 'a:{"key": 1}'),
        (["x"], 'a:["x"]'),
    ],
)
def test_a_recorded_body_is_read_whatever_its_form(tmp_path: Path, body: object, named: str) -> None:
    """Bodies reach the matching as bytes, also those that vcrpy records as Python values for aiohttp."""
    assert opened(tmp_path, interaction("a", 200, body=body)).operations == (named,)


@pytest.mark.parametrize("body", [io.BytesIO(b"ab"), iter([b"a", "b"])])
def test_a_body_sent_as_file_or_iterator_is_read(tmp_path: Path, body: Any) -> None:
    """vcrpy keeps files and iterators as such."""
    playback = opened(tmp_path, interaction("a", 200, body="ab"))
    assert Request("PUT", "https://track.customer.io/a", body, {}) in playback


def test_vcrpy_itself_can_play_it(tmp_path: Path) -> None:
    """As a cassette of vcrpy's it answers requests by operation, in order, the last one for ever, and nothing else."""
    path = tmp_path / "case.yaml"
    opened(tmp_path, interaction("a", 429, "slow down"), interaction("a", 200))
    with Playback.use(path=path, operation_of=operation_of) as playback:
        statuses = [requests.put("https://track.customer.io/other/a", timeout=5).status_code for _ in range(3)]
    assert statuses == [429, 200, 200]
    for name in ("b", "nothing"):
        unknown = Request("PUT", f"https://track.customer.io/{name}", None, {})
        assert unknown not in playback
        with pytest.raises(UnhandledHTTPRequestError, match="has no answer for this PUT"):
            playback.play_response(unknown)


def test_a_request_that_is_no_operation_is_named_with_its_line(tmp_path: Path) -> None:
    """The error names the file, the line of the address and what is wrong."""
    with pytest.raises(
        DataError, match=r"case\.yaml:\d+: PUT https://track\.customer\.io/nothing is no operation"
    ) as met:
        opened(tmp_path, interaction("a", 200), interaction("nothing", 200))
    assert met.value.line is not None
    assert "nothing" in (tmp_path / "case.yaml").read_text().splitlines()[met.value.line - 1]


@pytest.fixture(autouse=True)
def _no_leak() -> Iterator[None]:
    """Nothing of vcrpy stays patched."""
    before = requests.adapters.HTTPAdapter.send
    yield
    assert requests.adapters.HTTPAdapter.send is before
