"""Runs the tests of one application under every error case, and reads the outcome of each call from the report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

APPS = Path(__file__).parents[1] / "sdks" / "apps"
PLUGIN = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")
QUIET = ("-q", "-rfE", "--tb=no", "--cio-contract", "--cio-report=report.json")

# The cases in which Customer.io took the payload, and the answer broke off.
TAKEN = tuple(
    f"{name}-{mode}" for name in ("accepted-then-reset", "truncated-body") for mode in ("recovers", "persists")
)
# The outcome of each case, by a pattern of the case's id. Where several patterns fit, the last one counts.
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """One run of an application's tests: its JSON report, and what it printed."""

    report: Mapping[str, Any]
    output: str

    def table(self, test: str) -> dict[str, dict[str, str]]:
        """By call and case: the outcome, the number of attempts, and the broken rules; a `?` marks a warning."""
        found: dict[str, dict[str, str]] = {}
        for row in self._rows(test):
            if row["case"] is None:  # the case cannot happen to what was sent: skipped
                continue
            call = row["nodeid"].partition("[")[2][len(row["case"]) + 1 : -1]
            cells = found.setdefault(call, {})
            assert row["case"] not in cells, f"{row['nodeid']} sent to more than one operation"
            cells[row["case"]] = " ".join((row["outcome"], f"x{row['attempts']}", *rules(row)))
        return found

    def broken(self, test: str) -> dict[str, list[str]]:
        """By parameter of the test: the rules that it broke while no case was replayed."""
        return {row["nodeid"].partition("[")[2][:-1]: rules(row) for row in self._rows(test)}

    def failed(self, test: str) -> dict[str, str]:
        """By parameter of the test: the headline of each failure."""
        lines = [line.removeprefix("FAILED test_sdk.py::") for line in self.output.splitlines()]
        headlines = [line.partition(" - ")[::2] for line in lines if line.startswith(f"{test}[")]
        return {name.partition("[")[2][:-1]: headline for name, headline in headlines}

    def operations(self, test: str) -> set[str]:
        """The operations that a test sent requests of."""
        return {row["operation"] for row in self._rows(test)}

    def untried(self, test: str) -> dict[str, list[str]]:
        """By operation that a test sent: the cases that apply to it and that no test replayed."""
        missing = self.report["coverage"]["not_tried"]
        return {operation: missing[operation] for operation in self.operations(test) & set(missing)}

    def _rows(self, test: str) -> list[dict[str, Any]]:
        found = [row for row in self.report["tests"] if row["nodeid"].partition("::")[2].partition("[")[0] == test]
        assert found, f"{test} sent nothing:\n{self.output}"
        return found


def run(app: str, folder: Path, first: Path | None = None) -> Run:
    """Run the tests of one application in `folder`; packages in the folder `first` are found before all others."""
    shutil.copy(APPS / app, folder / "test_sdk.py")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    paths = [str(first) if first else "", os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "COLUMNS": "250",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, *QUIET],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), done.stdout
    return Run(json.loads((folder / "report.json").read_text(encoding="utf-8")), done.stdout)


def rules(row: Mapping[str, Any]) -> list[str]:
    """The rules that a row of the report broke, each once; rules of severity `info` are left out."""
    worst: dict[str, str] = {}
    for one in row["violations"]:
        if one["severity"] != "info" and worst.get(one["rule"]) != "error":
            worst[one["rule"]] = one["severity"]
    return sorted(rule if severity == "error" else f"{rule}?" for rule, severity in worst.items())


def swallowed(table: Cells) -> dict[str, str]:
    """The same table for an application that catches what the SDK raises and logs its text.

    The payload is lost then, unless Customer.io took it before the answer broke off. Personal data in the text is a
    leak of the application.
    """
    lost = {case: _swallowed(*cell.split(" ")) for case, cell in table.items()}
    return lost | {case: _taken(_cell(lost, case)) for case in TAKEN}


def _cell(table: Cells, case: str) -> str:
    return [cell for pattern, cell in table.items() if fnmatchcase(case, pattern)][-1]


def _taken(cell: str) -> str:
    return cell.replace("lost", "recovered").replace(" outcome", "")


def _swallowed(outcome: str, attempts: str, *broken: str) -> str:
    if outcome != "raised":
        return " ".join((outcome, attempts, *broken))
    return " ".join(("lost", attempts, *sorted({"outcome", *(one.replace("pii-leak?", "pii-leak") for one in broken)})))


def differing(found: Mapping[str, Cells], expected: Mapping[str, Cells]) -> list[str]:
    """A text for each case whose outcome is not the expected one, and for each pattern that fits no case."""
    lines: list[str] = []
    for call in dict.fromkeys((*found, *expected)):
        cells, patterns = found.get(call, {}), expected.get(call, {})
        lines += [f"{call}: no case is {one}" for one in patterns if not any(fnmatchcase(case, one) for case in cells)]
        for case, got in cells.items():
            wanted = [cell for pattern, cell in patterns.items() if fnmatchcase(case, pattern)][-1:]
            if [got] != wanted:
                lines.append(f"{call} in {case}: got {got}, expected {', '.join(wanted) or 'nothing'}")
    return lines
