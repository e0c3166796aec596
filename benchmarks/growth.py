"""Whether the 100 000th request of a session costs as much as the 100th, and how much memory is in use then."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import urllib3
from gate import URL, session, settle
from side_by_side import Row, table

from pytest_customerio.reporting.results import Results
from pytest_customerio.running.checked.checked import CheckedTest, Plan

REQUESTS = 100_000
# Requests are judged in batches of this size, so a window has the same size.
WINDOW = 500
COMPARED = 30
# The machine may become slower, so each window is compared with work that is always the same.
YARDSTICK = 3000
# urllib3 takes a third of the time of requests, so that our part is seen more clearly.
HEADERS = {"Authorization": "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0"}
EVENT = {"name": "purchase", "data": {"total": 129.5}}


def rows() -> list[Row]:
    """Send all requests in one test, then in a thousand tests, each request to another customer."""
    session().open()
    try:
        return [*_grown("one test", REQUESTS), *_grown("1000 tests", REQUESTS // 1000)]
    finally:
        session().close()


def _grown(how: str, per_test: int) -> list[Row]:
    spent: list[float] = []
    compared: list[float] = []
    held: list[float] = []
    report = Results()
    with urllib3.PoolManager() as pool:
        for first in range(0, REQUESTS, WINDOW):
            yardstick = _spent(lambda: [json.dumps(EVENT) for _ in range(YARDSTICK)])
            window = _spent(partial(_send, pool, range(first, first + WINDOW), per_test, report))
            spent.append(window)
            compared.append(window / yardstick)
            held.append(_peak())
    early, late = median(compared[1 : COMPARED + 1]), median(compared[-COMPARED:])
    return [
        Row(f"{how}: one of the first requests", f"{median(spent[1 : COMPARED + 1]) / WINDOW * 1e6:.0f} µs"),
        Row(f"{how}: one of the last of {REQUESTS:,} / one of the first", f"{late / early:.2f} ×", "1.0 ×"),
        Row(f"{how}: peak memory after {2 * WINDOW} and after all", f"{held[1]:.1f} MB, {held[-1]:.1f} MB", "flat"),
    ]


def _spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _send(pool: urllib3.PoolManager, numbers: range, per_test: int, report: Results) -> None:
    for number in numbers:
        if number % per_test == 0:
            _begin(number)
        url = URL.replace("customer-1", f"customer-{number}")
        assert pool.request("POST", url, json=EVENT, headers=HEADERS, timeout=5).status == 200
        if (number + 1) % per_test == 0:
            _end(report)


def _begin(number: int) -> None:
    session().begin_call(session().begin(Plan(f"test_growth.py::test_{number}", checked=True)))


def _end(report: Results) -> None:
    test = session()._traffic.ownership.test
    assert isinstance(test, CheckedTest)
    settle(session(), test)
    report.add(session().report_results(test))
    session().end()


def _peak() -> float:
    """The most memory that this process ever held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    print(table(rows()))
