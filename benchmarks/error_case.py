"""What an item of `cio_errors` costs more than the same test without a case, and what reading the cassettes costs per
run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from gate import session
from inner import GATE, alone, milliseconds
from side_by_side import Row, excess, in_turn, table

from pytest_customerio.cassettes.cases import Cassettes

TESTS = 60
ROUNDS = 7
TEMPLATE = """
import time

import pytest
import requests
from gate import EVENT, URL
from request import AUTH


def deliver():
    for attempt in range({attempts}):
        response = requests.post(URL, json=EVENT, auth=AUTH, timeout=5)
        if response.status_code == 200:
            return
        time.sleep(2**attempt)
    response.raise_for_status()


{mark}
@pytest.mark.parametrize("number", range({tests}))
def test_deliver(number):
    for _ in range({times}):
        deliver()
"""
PERMANENT = '@pytest.mark.cio_errors("401-unauthorized", raises=requests.HTTPError)'
TRANSIENT = '@pytest.mark.cio_errors("429-rate-limited-recovers")'


def rows() -> list[Row]:
    """Sixty items of each kind, in turn. The tests that they are compared with send as many requests."""
    with tempfile.TemporaryDirectory() as name, alone():
        folder = Path(name).resolve()
        subjects = {
            "one request": partial(_each, folder, "one", "", 1, 1),
            "401": partial(_each, folder, "permanent", PERMANENT, 1, 1),
            "three requests": partial(_each, folder, "three", "", 1, 3),
            "429 recovers": partial(_each, folder, "transient", TRANSIENT, 4, 1),
            "all": partial(_reading, lambda cassettes: cassettes.cases()),
            "track": partial(_reading, lambda cassettes: tuple(cassettes.applying("track.event"))),
        }
        in_turn(subjects, 1)
        found = in_turn(subjects, ROUNDS)
    permanent = excess(found["401"], found["one request"])
    transient = excess(found["429 recovers"], found["three requests"])
    return [
        Row("a test that sends one request, under the gate", f"{median(found['one request']):.2f} ms"),
        Row("the same with a case of one attempt (401): adds", f"{permanent:.2f} ms"),
        Row("a case of three attempts and two waits (429, recovers): adds to three requests", f"{transient:.2f} ms"),
        Row("once a run: the cassettes of one surface, for the table at the end", f"{median(found['track']):.0f} ms"),
        Row("once a run with `cio_errors`: all cassettes", f"{median(found['all']):.0f} ms"),
    ]


def _each(folder: Path, name: str, mark: str, attempts: int, times: int) -> float:
    """Milliseconds for one item."""
    file = folder / f"test_{name}.py"
    if not file.exists():
        file.write_text(TEMPLATE.format(tests=TESTS, mark=mark, attempts=attempts, times=times), encoding="utf-8")
    return milliseconds(file, *GATE)


def _reading(read: Callable[[Cassettes], object]) -> float:
    start = time.process_time()
    read(Cassettes(session().catalog))
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    print(table(rows()))
