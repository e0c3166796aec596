"""Sixteen threads that send a thousand requests each: whether each gets its own answer, and none leaves the machine."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests
import urllib3
from gate import session
from side_by_side import Row, table

from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.running.checked.checked import CheckedTest, Plan

THREADS = 16
EACH = 1000
URL = "https://track.customer.io/api/v1/customers/{}/events"
HEADERS = {"Authorization": "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0", "Content-Type": "application/json"}
# The audit events of a request that reaches the network.
LEAVING = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
Send = Callable[[str, bytes], bytes]
_left: Counter[str] = Counter()
_watching = threading.Event()


def rows() -> list[Row]:
    """Two rows for each client: one client for all threads, and a new client for each request."""
    sys.addaudithook(_note)
    assert _hook_works(), "the audit hook sees nothing"
    with requests.Session() as shared, urllib3.PoolManager(maxsize=THREADS) as pool:
        return [
            _measured("requests, one session for all", lambda url, body: _post(shared, url, body)),
            _measured("requests.post", lambda url, body: _post(requests, url, body)),
            _measured("urllib3, one pool for all", lambda url, body: _pooled(pool, url, body)),
        ]


def _post(client: requests.Session, url: str, body: bytes) -> bytes:
    return client.post(url, data=body, headers=HEADERS, timeout=5).content


def _pooled(pool: urllib3.PoolManager, url: str, body: bytes) -> bytes:
    return pool.request("POST", url, body=body, headers=HEADERS, timeout=5).data


def _measured(how: str, send: Send) -> Row:
    _left.clear()
    with _echoing() as (test, answered):
        _watching.set()
        start = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as threads:
            wrong = sum(threads.map(lambda thread: _run(send, thread), range(THREADS)))
        seconds = time.perf_counter() - start
        _watching.clear()
        heard = test.record.heard
    expected = {f"{thread}-{number}" for thread in range(THREADS) for number in range(EACH)}
    assert answered == Counter(expected), "not every request was answered once"
    assert heard == THREADS * EACH, heard
    return Row(f"{how}: {THREADS} × {EACH}", f"{wrong} wrong answers, {_left.total()} left; {seconds:.1f} s", "0, 0")


def _run(send: Send, thread: int) -> int:
    """Send the requests of one thread one after the other. Returns the number of answers that belong to another
    request."""
    wrong = 0
    for number in range(EACH):
        mine = f"{thread}-{number}"
        body = json.dumps({"name": "purchase", "data": {"order": mine}}).encode()
        wrong += json.loads(send(URL.format(thread), body)) != {"order": mine}
    return wrong


@contextmanager
def _echoing() -> Iterator[tuple[CheckedTest, Counter[str]]]:
    """A checked test in which each request is answered with its own content."""
    opened, answered, lock = session(), Counter[str](), threading.Lock()
    original = opened._traffic.answer

    def answer(request: WireRequest) -> Answer:
        given = original(request)
        order = json.loads(request.body)["data"]["order"]
        with lock:
            answered[order] += 1
        return Answer(given.status, given.reason, given.headers, json.dumps({"order": order}).encode())

    opened._traffic.answer = answer
    opened.open()
    test = opened.begin(Plan("benchmark", checked=True))
    opened.begin_call(test)
    try:
        yield test, answered
        assert not opened.end_call(test, None).text
    finally:
        opened.end()
        opened.close()
        opened._traffic.answer = original


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event in LEAVING and _watching.is_set():
        _left[event] += 1


def _hook_works() -> bool:
    _watching.set()
    with socket.socket() as one:
        one.connect_ex(("127.0.0.1", 9))
    _watching.clear()
    return _left.total() > 0


if __name__ == "__main__":
    print(table(rows()))
