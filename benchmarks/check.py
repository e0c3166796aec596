"""The command `check` on NDJSON: events, entities and requests of 1 KB a second, memory, and several processes.

Judging is measured in CPU time, beside reading the same lines with `json.loads` and nothing else. Memory and processes
are those of the command itself; for a second process the machine has to be idle.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from side_by_side import Row, in_turn, ratio, table

from pytest_customerio.core.payload import decode
from pytest_customerio.tools.check.judge import Judge
from pytest_customerio.tools.check.reading import entries
from pytest_customerio.tools.check.reading.pieces import Piece
from pytest_customerio.tools.check.settings import CheckSettings

LINES, ROUNDS = 10_000, 9
FEW, MANY, FOR_JOBS = 10_000, 1_000_000, 300_000
COMMAND = [sys.executable, "-m", "pytest_customerio", "check", "--operation", "track.event"]
URL = "https://track.customer.io/api/v1/customers/{}/events"


def rows() -> list[Row]:
    """The speed of each kind of entry, the peak of memory, and what a second process saves."""
    given = [_line(_event(number)) for number in range(LINES)]
    by_orjson, plain = entries._reader, partial(partial, decode, {})
    event = CheckSettings("track.event")
    subjects = {
        "reading": lambda: _spent(lambda: [json.loads(one) for one in given]),
        "event": _judged(given, event, by_orjson),
        "event, json": _judged(given, event, plain),
        "entity": _judged([_line(_entity(number)) for number in range(LINES)], CheckSettings(), by_orjson),
        "request": _judged([_line(_request(number)) for number in range(LINES)], CheckSettings(), by_orjson),
    }
    found = in_turn(subjects, ROUNDS)
    speed = {name: f"{round(LINES / median(spent), -3):,.0f} a second" for name, spent in found.items()}
    beside = {name: f"{ratio(spent, found['reading']):.2f} × reading" for name, spent in found.items()}
    size = sum(map(len, given)) // LINES
    return [
        Row(f"reading {size} bytes a line with json.loads, and nothing else", speed["reading"]),
        Row("payloads of track.event", f"{speed['event']}, {beside['event']}", "≥ 50,000 a second"),
        Row("the same without orjson", f"{speed['event, json']}, {beside['event, json']}", "≥ 50,000 a second"),
        Row("entities of Track v2", f"{speed['entity']}, {beside['entity']}", "≥ 50,000 a second"),
        Row("requests of Track v1, each of another person", f"{speed['request']}, {beside['request']}"),
        *_memory(),
        *_jobs(),
    ]


def _judged(given: list[bytes], settings: CheckSettings, reader: Any) -> Callable[[], float]:
    judge, piece = Judge(settings), Piece("x", "lines", Path("x"), b"\n".join(given))

    def measure() -> float:
        before, entries._reader = entries._reader, reader
        try:
            return _spent(lambda: judge.tally(piece))
        finally:
            entries._reader = before

    judge.tally(piece)
    return measure


def _memory() -> Iterator[Row]:
    """The peak of the command that reads lines from a pipe, as Linux counts it, when it has read all but the last."""
    peaks = []
    for count in (FEW, MANY):
        with subprocess.Popen([*COMMAND, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            assert process.stdin is not None
            for number in range(count):
                process.stdin.write(_line(_event(number)) + b"\n")
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            peaks.append(int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024)
    shown = ", ".join(f"{peak:.0f} MB" for peak in peaks)
    yield Row(f"peak of memory, {FEW:,} and {MANY:,} lines", shown, "flat")


def _jobs() -> Iterator[Row]:
    """Wall time of the command with one process and with two, in turn, and the processor time that two take more."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.ndjson")
        with path.open("wb") as file:
            file.writelines(_line(_event(number)) + b"\n" for number in range(FOR_JOBS))
        spent: dict[str, list[float]] = {"1": [], "2": []}
        found = in_turn({name: partial(_wall, path, name, spent[name]) for name in spent}, 3)
    yield Row(f"{FOR_JOBS:,} lines, whole command", f"{median(found['1']):.1f} s, {median(spent['1']):.1f} s of CPU")
    shown = f"{ratio(found['1'], found['2']):.2f} × as fast, {ratio(spent['2'], spent['1']):.2f} × the CPU"
    yield Row("with --jobs 2", shown, "near 2 ×")


def _wall(path: Path, jobs: str, spent: list[float]) -> float:
    began, before = time.perf_counter(), _children()
    subprocess.run([*COMMAND, "--jobs", jobs, str(path)], check=True, stdout=subprocess.DEVNULL)
    spent.append(_children() - before)
    return time.perf_counter() - began


def _children() -> float:
    """The processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _event(number: int) -> dict[str, Any]:
    things = [{"sku": f"sku-{one}", "name": "A thing of some kind", "quantity": one, "price": 9.99} for one in range(9)]
    data = {"order_id": f"o-{number}", "total": 12.5, "currency": "EUR", "things": things, "note": "x" * 130}
    return {"name": "order_placed", "id": "01HB4HBDKTFWYZCK01DMRSWRFD", "timestamp": 1764000000, "data": data}


def _entity(number: int) -> dict[str, Any]:
    event = _event(number)
    person = {"type": "person", "action": "event", "identifiers": {"id": str(number)}}
    return {**person, "name": event["name"], "timestamp": event["timestamp"], "attributes": event["data"]}


def _request(number: int) -> dict[str, Any]:
    return {"method": "POST", "url": URL.format(number), "body": _event(number)}


def _line(value: object) -> bytes:
    return json.dumps(value).encode()


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(table(rows()))
