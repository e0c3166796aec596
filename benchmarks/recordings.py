"""What it costs to read the recorded interactions of a test, and to find one among ten and among a thousand."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from side_by_side import Row, in_turn, ratio, table

from pytest_customerio.cassettes.recording.answers import RecordedAnswers
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.record.new_recordings import NewRecording
from pytest_customerio.tools.target import Keys, Target

CATALOG = Catalog.load()
MANY, FEW = 1000, 10
ROUNDS = 15
LOOKUPS = 200
KEYS = Keys("5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e", "7c1d9f3e5a8b42607c1d9f3e5a8b4260")
HEADERS = {"authorization": "Basic NWYyYTljODFkMzdiZTYwNDo5ZDFj", "content-type": "application/json"}


class Same(Target):
    """A target that gives the same answer to each request, without a network."""

    def ask(self, request: WireRequest, place: str, operation: object, authorization: str | None) -> Answer:
        """The answer of Track."""
        return Answer(200, "OK", (("Content-Type", "application/json"),), b"{}\n")


def rows() -> list[Row]:
    """Reading a thousand interactions, and a look-up among a thousand and among ten."""
    with tempfile.TemporaryDirectory() as folder:
        many, few = (_recorded(Path(folder) / str(count), count) for count in (MANY, FEW))
        reads = [_spent(lambda: RecordedAnswers(many, CATALOG)) for _ in range(ROUNDS)]
        answers = {"many": RecordedAnswers(many, CATALOG), "few": RecordedAnswers(few, CATALOG)}
        found = in_turn({name: lambda one=one: _looked_up(one) for name, one in answers.items()}, ROUNDS)
    return [
        Row(f"reading {MANY:,} recorded interactions", f"{statistics.median(reads) * 1e3:.0f} ms", "50 ms"),
        Row(f"a look-up among {MANY:,}", f"{statistics.median(found['many']) / LOOKUPS * 1e6:.0f} µs"),
        Row(f"a look-up among {MANY:,} / among {FEW}", f"{ratio(found['many'], found['few']):.2f} ×", "1.0 ×"),
    ]


def _recorded(folder: Path, count: int) -> Path:
    target = Same("sandbox", "a sandbox", "us", KEYS, "http://sandbox.invalid")
    recording = NewRecording(folder / "one.yaml", "test_shop.py::test_all", CATALOG, target)
    for number in range(count):
        recording.answer(_request(number))
    recording.save(passed=True)
    return folder / "one.yaml"


def _request(number: int) -> WireRequest:
    body = json.dumps({"email": f"ada-{number}@example.com", "orders": number})
    return WireRequest("PUT", f"https://track.customer.io/api/v1/customers/{number}", HEADERS, body.encode())


def _looked_up(recording: RecordedAnswers) -> float:
    requests = [_request(number % FEW) for number in range(LOOKUPS)]
    return _spent(lambda: [recording.answer(request) for request in requests])


def _spent(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(table(rows()))
