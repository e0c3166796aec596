"""What one request costs: an event of 1 KB through requests, answered by vcrpy, by responses, and by us."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import requests
import responses
import vcr
from gate import EVENT, URL, gated
from side_by_side import Row, in_turn, ratio, table

ROUNDS = 20
REQUESTS = 100
AUTH = ("site-1234", "track-key-1234")
# The cassette, as vcrpy would record it.
CASSETTE = f"""\
interactions:
- request:
    body: '{{"name": "purchase"}}'
    headers:
      Accept: ['*/*']
      Accept-Encoding: ['gzip, deflate']
      Connection: [keep-alive]
      Content-Length: ['20']
      Content-Type: [application/json]
    method: POST
    uri: {URL}
  response:
    body: {{string: '{{}}'}}
    headers:
      content-length: ['2']
      content-type: [application/json]
      date: ['Thu, 01 Oct 2026 10:00:00 GMT']
    status: {{code: 200, message: OK}}
version: 1
"""
Send = Callable[..., requests.Response]
Answering = Callable[[], AbstractContextManager[object]]


def rows() -> list[Row]:
    """Send with one session for all requests, then with a new session for each."""
    return [*_compared("a session kept", REQUESTS, "≤ 1.15 ×"), *_compared("requests.post", REQUESTS // 2, "≤ 1.4 ×")]


def _compared(how: str, count: int, target: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, requests.Session() as session:
        path = Path(folder, "event.yaml")
        path.write_text(CASSETTE, encoding="utf-8")
        send = session.post if how == "a session kept" else requests.post
        answers = {"vcrpy": partial(_vcrpy, path), "responses": _responses, "ours": gated}
        subjects = {name: partial(_microseconds, answer, send, count) for name, answer in answers.items()}
        subjects["other customers"] = partial(_microseconds, gated, send, count, others=True)
        subjects["mocked"] = partial(_microseconds, _mocked, send, count)
        in_turn(subjects, 2)
        found = in_turn(subjects, ROUNDS)
    ours = found["ours"]
    medians = {name: f"{statistics.median(spent):.0f} µs" for name, spent in found.items()}
    return [
        Row(f"{how}: vcrpy · responses · ours", " · ".join(medians[name] for name in ("vcrpy", "responses", "ours"))),
        Row(f"{how}: ours / vcrpy", f"{ratio(ours, found['vcrpy']):.2f} ×", "≤ 1.0 ×"),
        Row(f"{how}: ours / responses", f"{ratio(ours, found['responses']):.2f} ×", target),
        Row(f"{how}: ours, each to another customer", medians["other customers"]),
        Row(f"{how}: heard and judged, answered by responses", medians["mocked"]),
    ]


def _microseconds(answer: Answering, send: Send, count: int, *, others: bool = False) -> float:
    """The time of one request, up to its verdict. `per_test.py` measures setup and teardown."""
    urls = [URL.replace("customer-1", f"customer-{index}") if others else URL for index in range(count)]
    with answer() as settle:
        start = time.process_time()
        for url in urls:
            assert send(url, json=EVENT, auth=AUTH, timeout=5).status_code == 200
        if callable(settle):
            settle()
        return (time.process_time() - start) / count * 1e6


@contextmanager
def _vcrpy(path: Path) -> Iterator[None]:
    with vcr.use_cassette(str(path), record_mode="none", allow_playback_repeats=True):
        yield


@contextmanager
def _responses() -> Iterator[None]:
    with responses.RequestsMock() as mock:
        mock.post(URL, json={})
        yield


@contextmanager
def _mocked() -> Iterator[Callable[[], None]]:
    with gated() as settle, _responses():
        yield settle


if __name__ == "__main__":
    print(table(rows()))
