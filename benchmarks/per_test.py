"""What the gate adds to every test, sending or not, beside what a vcrpy cassette per test adds."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from inner import BARE, GATE, alone, milliseconds
from request import CASSETTE
from side_by_side import Row, excess, in_turn, table

TESTS = 100
ROUNDS = 7
MANY = 11
TEMPLATE = """
import pytest
import requests
import vcr
from gate import EVENT, URL
from request import AUTH

SESSION = requests.Session()


@pytest.mark.parametrize("number", range({tests}))
def test_one(number):
    {around}
        for _ in range({requests}):
            assert SESSION.post(URL, json=EVENT, auth=AUTH, timeout=5).status_code == 200
"""
NOTHING = "if True:"
CASSETTE_PER_TEST = "with vcr.use_cassette({path!r}, record_mode='none', allow_playback_repeats=True):"


def rows() -> list[Row]:
    """Run the same hundred tests bare, under the gate and with a cassette each, in turn."""
    with tempfile.TemporaryDirectory() as name, alone():
        folder = Path(name).resolve()
        (folder / "event.yaml").write_text(CASSETTE, encoding="utf-8")
        cassette = CASSETTE_PER_TEST.format(path=str(folder / "event.yaml"))
        subjects = {
            "bare": partial(_each, folder, "bare", NOTHING, 0, BARE),
            "gate 0": partial(_each, folder, "gate_0", NOTHING, 0, GATE),
            "gate 1": partial(_each, folder, "gate_1", NOTHING, 1, GATE),
            "gate many": partial(_each, folder, "gate_many", NOTHING, MANY, GATE),
            "vcr 0": partial(_each, folder, "vcr_0", cassette, 0, BARE),
            "vcr 1": partial(_each, folder, "vcr_1", cassette, 1, BARE),
        }
        in_turn(subjects, 1)
        found = in_turn(subjects, ROUNDS)
    bare = found["bare"]
    # A line through one request and many: what a test that sends costs before its first request.
    fixed = [(MANY * one - many) / (MANY - 1) for one, many in zip(found["gate 1"], found["gate many"], strict=True)]
    return [
        Row("a test that sends nothing: the gate adds", f"{excess(found['gate 0'], bare):.2f} ms", "≤ 0.2 ms"),
        Row("a test that sends: the gate adds, without the requests", f"{excess(fixed, bare):.2f} ms", "≤ 0.2 ms"),
        Row("a test that sends nothing: a vcrpy cassette adds", f"{excess(found['vcr 0'], bare):.2f} ms"),
        Row("a test that sends one: the gate adds, with the request", f"{excess(found['gate 1'], bare):.2f} ms"),
        Row("a test that sends one: a vcrpy cassette adds, likewise", f"{excess(found['vcr 1'], bare):.2f} ms"),
    ]


def _each(folder: Path, name: str, around: str, requests: int, options: tuple[str, ...]) -> float:
    """Milliseconds per test."""
    file = folder / f"test_{name}.py"
    if not file.exists():
        file.write_text(TEMPLATE.format(tests=TESTS, around=around, requests=requests), encoding="utf-8")
    return milliseconds(file, *options)


if __name__ == "__main__":
    print(table(rows()))
