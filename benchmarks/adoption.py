"""An old suite adopts the gate: a thousand tests of which two hundred break the contract, a baseline, later violations.

It writes a project into a temporary folder, runs the three commands of docs/baseline.md on it, then breaks one more
call after the other. Each has to turn exactly one test red; what is mended has to leave the baseline.

    python benchmarks/adoption.py --tests 1000 --old 200 --later 10
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from side_by_side import Row, table

PER_FILE = 50
FILE = "contract-baseline.jsonl"
GATE = ("--cio-contract",)
BASELINE = (f"--cio-baseline={FILE}",)
APPLICATION = """import requests

URL = "https://track.customer.io/api/v1/customers/42/events"
AUTH = ("site-1234", "track-key-1234")
"""
CALL = """

def send_{number}():
    requests.post(URL, json={payload}, auth=AUTH, timeout=5)
"""
TEST = """

def test_{number}():
    shop_{name}.send_{number}()
"""
# The ways in which a call breaks the contract, and one that it broke in no more than half before.
OLD = (
    '{"name": "buy", "timestamp": 1764000000000}',
    '{"name": "x" * 134}',
    '{"data": {}}',
    '{"name": "buy", "data": []}',
)
GOOD, LATER = '{"name": "buy", "data": {}}', '{"name": "buy", "data": [], "timestamp": 1764000000000}'


@dataclass
class Project:
    """A project with one call site for each test. `payloads` are what they send."""

    folder: Path
    payloads: list[str]
    took: list[float] = field(default_factory=list)

    def write(self) -> None:
        """Write the application and its tests."""
        for start in range(0, len(self.payloads), PER_FILE):
            name, several = start // PER_FILE, list(enumerate(self.payloads))[start : start + PER_FILE]
            calls = "".join(CALL.format(number=number, payload=payload) for number, payload in several)
            tests = "".join(TEST.format(number=number, name=name) for number, _ in several)
            (self.folder / f"shop_{name}.py").write_text(APPLICATION + calls, encoding="utf-8")
            (self.folder / f"test_shop_{name}.py").write_text(f"import shop_{name}\n{tests}", encoding="utf-8")

    def run(self, *args: str) -> dict[str, int]:
        """Run pytest; how many tests ended how."""
        began = time.perf_counter()
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", *args]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        self.took.append(time.perf_counter() - began)
        last = done.stdout.strip().splitlines()[-1]
        return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", last)}


def rows(tests: int, old: int, later: int) -> list[Row]:
    """Adopt the gate, break and mend calls, and compare what every run says."""
    with tempfile.TemporaryDirectory() as name:
        payloads = [OLD[n % len(OLD)] if n < old else GOOD for n in range(tests)]
        project = Project(Path(name).resolve(), payloads)
        project.write()
        _expect(project.run(*GATE), passed=tests - old, failed=old)
        _expect(project.run(*BASELINE, "--cio-baseline-update"), passed=tests, failed=0)
        _expect(project.run(*BASELINE), passed=tests, failed=0)
        file = project.folder / FILE
        entries = len(file.read_text(encoding="utf-8").splitlines()) - 1
        for number in _spread(tests, later):
            before, payloads[number] = payloads[number], LATER
            project.write()
            _expect(project.run(*BASELINE), passed=tests - 1, failed=1)
            payloads[number] = before
        payloads[:1] = [GOOD]
        project.write()
        _expect(project.run(*BASELINE, "--cio-baseline-update"), passed=tests, failed=0)
        left = len(file.read_text(encoding="utf-8").splitlines()) - 1
        if (entries, left) != (old, old - 1):
            raise SystemExit(f"expected {old} entries and one less, got {entries} and {left}")
    gate, update, known, *_ = project.took
    return [
        Row(f"{tests:,} tests, {old} of them break the contract: the gate alone", f"{gate:.1f} s, {old} failed"),
        Row("the update of the baseline", f"{update:.1f} s, {entries} entries"),
        Row("the gate with the baseline", f"{known:.1f} s, none failed"),
        Row(f"each of {later} later violations", "1 failed", "1 failed"),
        Row("one that is mended", f"{left} entries", f"{old - 1} entries"),
    ]


def _spread(tests: int, later: int) -> list[int]:
    """Numbers of tests, some of which break the contract already."""
    return [n * tests // later for n in range(later)]


def _expect(found: dict[str, int], **wanted: int) -> None:
    got = {name: found.get(name, 0) for name in (*wanted, "error")}
    if got != {**wanted, "error": 0}:
        raise SystemExit(f"expected {wanted}, got {got}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, default in (("--tests", 1000), ("--old", 200), ("--later", 10)):
        parser.add_argument(option, type=int, default=default)
    given = parser.parse_args()
    print(table(rows(given.tests, given.old, given.later)))
