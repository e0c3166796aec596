"""What the gate adds to whole runs: to the start-up, and to a suite of tests with three mocked requests each."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from side_by_side import Row, excess, in_turn, ratio, table

TESTS = 2000
ROUNDS = {"one": 15, "many": 3}
PERSON = "https://track.customer.io/api/v1/customers/42"
# Each test sends what a sign-up sends: a person and two events, answered by `responses`.
TEMPLATE = f"""
import pytest
import requests
import responses

AUTH = ("site-1234", "track-key-1234")


@pytest.mark.parametrize("number", range({{tests}}))
@responses.activate
def test_sign_up(number):
    responses.put("{PERSON}", json={{{{}}}})
    responses.post("{PERSON}/events", json={{{{}}}})
    attributes = {{{{"email": f"ada{{{{number}}}}@example.com", "plan": "free"}}}}
    requests.put("{PERSON}", json=attributes, auth=AUTH, timeout=5)
    for name in ("signed up", "confirmed")[:{{events}}]:
        event = {{{{"name": name, "data": {{{{"number": number}}}}}}}}
        requests.post("{PERSON}/events", json=event, auth=AUTH, timeout=5)
"""
BARE: tuple[str, ...] = ()
GATE = ("-p", "pytest_customerio.plugin", "--cio-contract")


def rows() -> list[Row]:
    """Run each suite without and with the gate, in turn, in processes of their own. No two payloads are equal."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_one.py").write_text(TEMPLATE.format(tests=1, events=0), encoding="utf-8")
        (folder / "test_many.py").write_text(TEMPLATE.format(tests=TESTS, events=2), encoding="utf-8")
        one, many = (_measured(folder, kind) for kind in ("one", "many"))
    return [
        Row(
            "one test with one mocked request: the gate adds",
            f"{excess(one['gate'], one['bare']):+.2f} s of {median(one['bare']):.2f} s",
            "≤ +0.20 s",
        ),
        Row(
            f"{TESTS} tests with three mocked requests each: with the gate / without",
            f"{ratio(many['gate'], many['bare']):.2f} × of {median(many['bare']):.1f} s",
            "≤ 1.15 ×",
        ),
    ]


def _measured(folder: Path, kind: str) -> dict[str, list[float]]:
    file = f"test_{kind}.py"
    subjects = {"bare": partial(_cpu, folder, file, BARE), "gate": partial(_cpu, folder, file, GATE)}
    in_turn(subjects, 1)
    return in_turn(subjects, ROUNDS[kind])


def _cpu(folder: Path, file: str, options: tuple[str, ...]) -> float:
    """The CPU seconds of a whole run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, file)
    subprocess.run(command, cwd=folder, env=_environment(), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _environment() -> dict[str, str]:
    """The environment without other plugins. Compiled modules are used again, as in daily use."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


if __name__ == "__main__":
    print(table(rows()))
