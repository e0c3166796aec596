"""What hearing through mocks costs: a mocked call noted, made again at the end, and a mock of anything else."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any
from unittest.mock import MagicMock, patch

from customerio import CustomerIO
from gate import EVENT, gated
from side_by_side import Row, excess, in_turn, ratio, table

ROUNDS = 20
CALLS = 100
MANY = 2000
KEYS = ("site-1234", "track-key-1234")
Gate = Callable[[], AbstractContextManager[Any]]


def rows() -> list[Row]:
    """Calls of a mocked SDK with and without the gate, then calls of the real one."""
    subjects: dict[str, Callable[[], float]] = {
        "bare": partial(_called, nullcontext, CALLS),
        "noted": partial(_called, gated, CALLS),
        "bare, many": partial(_called, nullcontext, MANY),
        "noted, many": partial(_called, gated, MANY),
        "other": partial(_others, nullcontext),
        "other, gate": partial(_others, gated),
        "made again": partial(_made_again, mocked=True),
        "unmocked": partial(_made_again, mocked=False),
    }
    in_turn(subjects, 2)
    found = in_turn(subjects, ROUNDS)
    middle = {name: statistics.median(spent) for name, spent in found.items()}
    return [
        Row("a call of a mock, without us", f"{middle['bare']:.1f} µs"),
        Row("a mocked call noted: adds", f"{excess(found['noted'], found['bare']):.1f} µs", "≤ 15 µs"),
        Row(
            f"one of {MANY} of the same shape: adds",
            f"{excess(found['noted, many'], found['bare, many']):.1f} µs",
            "≤ 15 µs",
        ),
        Row("a mock of anything else: adds", f"{excess(found['other, gate'], found['other']):.2f} µs"),
        Row("made again and judged, each", f"{middle['made again']:.0f} µs"),
        Row("made again / the same call unmocked", f"{ratio(found['made again'], found['unmocked']):.2f} ×", "≤ 1.2 ×"),
    ]


def _called(gate: Gate, count: int) -> float:
    """Microseconds per call of a mocked method."""
    with gate(), patch(f"{__name__}.CustomerIO"):
        client = CustomerIO(*KEYS)
        start = time.process_time()
        for number in range(count):
            client.track("42", "purchase", {"order": number, "total": 129.5, "currency": "EUR", "first": False})
        return (time.process_time() - start) / count * 1e6


def _others(gate: Gate) -> float:
    """Microseconds per call of a mock that stands for nothing, in a test that mocks the SDK as well."""
    with gate(), patch(f"{__name__}.CustomerIO"):
        mock = MagicMock()
        start = time.process_time()
        for number in range(MANY):
            mock.method(number)
        return (time.process_time() - start) / MANY * 1e6


def _made_again(*, mocked: bool) -> float:
    """Microseconds per call: what is made again and judged at the end, or sent, answered and judged."""
    with gated() as settle, patch(f"{__name__}.CustomerIO") if mocked else nullcontext():
        client = CustomerIO(*KEYS)
        start = time.process_time()
        for _ in range(CALLS):
            client.track("42", "purchase", EVENT["data"])
        start = time.process_time() if mocked else start
        settle()
        return (time.process_time() - start) / CALLS * 1e6


if __name__ == "__main__":
    print(table(rows()))
