"""The time of a sign-up with the official SDK in all its cases, and the virtual time that passes in it."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

from side_by_side import Row, in_turn, table

MATRIX = Path(__file__).resolve().parent / "matrix"
ROUNDS = 7
PLUGIN = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")
CLOSING = re.compile(r"(\d+) passed, (\d+) skipped in ([\d.]+)s")


def rows() -> list[Row]:
    """Run pytest on the sign-up, each time in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.json"
        told: list[tuple[str, ...]] = []
        spent: list[float] = []
        whole = in_turn({"whole": partial(_seconds, report, told, spent)}, ROUNDS)["whole"]
        tests = json.loads(report.read_text(encoding="utf-8"))["tests"]
    waited = sum(wait for test in tests if test["case"] for wait in test["waits"])
    met, skipped, _ = told[-1]
    return [
        Row("cases of one journey, each a test; others do not apply to it", f"{met}; {skipped}", "≥ 40"),
        Row("virtual time waited in them", f"{waited:.0f} s"),
        Row(
            "wall time as pytest tells it, from its start to its end", _span([float(one[2]) for one in told]), "≤ 1.5 s"
        ),
        Row("wall time of the whole command, imports of Python, pytest and the SDK included", _span(whole)),
        Row("processor time of the whole command", _span(spent)),
    ]


def _span(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s, at best {min(seconds):.2f} s"


def _seconds(report: Path, told: list[tuple[str, ...]], processor: list[float]) -> float:
    command = (sys.executable, "-m", "pytest", *PLUGIN, "--cio-contract", f"--cio-report={report}", "test_journey.py")
    start, before = time.perf_counter(), _processor()
    done = subprocess.run(
        command, cwd=MATRIX, env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    spent = time.perf_counter() - start
    processor.append(_processor() - before)
    found = CLOSING.search(done.stdout)
    assert found, done.stdout + done.stderr
    told.append(found.groups())
    return spent


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(table(rows()))
