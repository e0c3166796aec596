"""The verdicts of a run as a table in the terminal and as a JSON document."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from pytest_customerio.core.model import Verdict, Violation

VERSION = 1
# Columns of the matrix: families of error cases by the start of their ids; whatever is no status is the network.
FAMILIES = ("400", "401", "403", "404", "413", "422", "429", "5xx", "207", "2xx", "3xx", "network")
# Warnings shown one by one; the rest is counted.
WARNINGS = 10

Row = Mapping[str, Any]


def family(case: str) -> str:
    """The column of a case id: `429-rate-limited` is `429`, `503-unavailable` `5xx`, `read-timeout` `network`."""
    status = case[:3]
    if not status.isdigit():
        return "network"
    return status if status in FAMILIES else f"{status[0]}xx"


def row(verdict: Verdict) -> dict[str, Any]:
    """One verdict as a row of the JSON report."""
    shown = _members(verdict)
    shown["waits"] = [round(wait, 6) for wait in verdict.waits]
    shown["violations"] = [_members(violation) for violation in verdict.violations]
    return shown


class Report:
    """Collects the rows of all tests, from all workers."""

    def __init__(self, *, strict: bool = False) -> None:
        self._rows: dict[tuple[str, str, str | None], Row] = {}
        self.applicable: dict[str, list[str]] = {}
        self._late: list[Sequence[str]] = []
        self._recorded: dict[str, int] = {}
        self.strict = strict

    def add(self, payload: Mapping[str, Any]) -> None:
        """What one test phase sent: its rows, and which cases apply to operations seen for the first time."""
        for new in payload["rows"]:
            self._rows[new["nodeid"], new["operation"], new["case"]] = new
        self.applicable.update(payload["applicable"])

    def add_late(self, payload: Mapping[str, Any]) -> None:
        """What one test sent when it was over: it joins the test's rows, and its lines are told below the table."""
        for new in payload["rows"]:
            key = (new["nodeid"], new["operation"], new["case"])
            old = self._rows.get(key, {**new, "attempts": 0, "violations": []})
            attempts, violations = old["attempts"] + new["attempts"], [*old["violations"], *new["violations"]]
            self._rows[key] = {**old, "attempts": attempts, "violations": violations}
        self.applicable.update(payload["applicable"])
        self._late.append(payload["lines"])

    def add_recorded(self, nodeid: str, answers: int) -> None:
        """What one test recorded; 0 answers where it drew some and did not pass."""
        self._recorded[nodeid] = answers

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order in which tests began to send them."""
        return list(self._rows.values())

    def document(self) -> dict[str, Any]:
        """The JSON report, version 1."""
        operations = sorted({one["operation"] for one in self.rows})
        cases = sorted({one["case"] for one in self.rows if one["case"]})
        coverage = {
            "operations": operations,
            "cases": cases,
            "percent": self.percent(),
            "not_tried": {name: list(missing) for name, missing in self._untried().items() if missing},
        }
        return {"version": VERSION, "tests": self.rows, "coverage": coverage}

    def percent(self) -> float:
        """How many of the cases that apply to the operations heard were tried, in percent; 100 where none applies."""
        total = sum(len(cases) for cases in self.applicable.values())
        missing = sum(len(cases) for cases in self._untried().values())
        return round(100 * (total - missing) / total, 1) if total else 100.0

    def lines(self, note: Sequence[str] = ()) -> list[str]:
        """The table at the end of the run, the warnings, a note, and the next useful command; where nothing was
        heard, the note.
        """
        if not self.rows:
            return list(note)
        late = [line for block in self._late for line in ("", *block)]
        told = ["", *note] if note else []
        return [*self._matrix(), *self._warnings(), *late, *self._recordings(), *told, "", *self._next()]

    def _recordings(self) -> list[str]:
        made = {nodeid: answers for nodeid, answers in self._recorded.items() if answers}
        lost = [f"not recorded: {nodeid} did not pass" for nodeid in self._recorded if nodeid not in made]
        total, tests = sum(made.values()), len(made)
        shown = [f"recorded in cassettes/: {tests} test{'s' * (tests != 1)}, {total} answer{'s' * (total != 1)}"]
        return ["", *(shown if made else []), *lost] if self._recorded else []

    def _matrix(self) -> list[str]:
        operations = sorted({one["operation"] for one in self.rows})
        columns = [name for name in FAMILIES if any(family(c) == name for c in self._columns())]
        head = ["operation", "contract", *columns]
        body = [
            [name, self._contract_cell(name), *(self._cell(name, column) for column in columns)] for name in operations
        ]
        widths = [max(len(line[index]) for line in [head, *body]) for index in range(len(head))]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in [head, *body]
        ]

    def _columns(self) -> set[str]:
        return {one["case"] for one in self.rows if one["case"]} | {
            c for cases in self.applicable.values() for c in cases
        }

    def _contract_cell(self, operation: str) -> str:
        rows = [one for one in self.rows if one["operation"] == operation]
        return "FAIL" if any(self._broken(one, handling=False) for one in rows) else "ok"

    def _cell(self, operation: str, column: str) -> str:
        rows = [
            one for one in self.rows if one["operation"] == operation and one["case"] and family(one["case"]) == column
        ]
        if not rows:
            return "-"
        return "FAIL" if any(self._broken(one, handling=True) for one in rows) else "ok"

    def _broken(self, one: Row, *, handling: bool) -> bool:
        return any(
            (violation["where"] == "") is handling and self.fails(violation["severity"])
            for violation in one["violations"]
        )

    def fails(self, severity: str) -> bool:
        """Whether a violation of this severity fails the test."""
        return severity == "error" or (severity == "warning" and self.strict)

    def _warnings(self) -> list[str]:
        if self.strict:
            return []
        shown = [(one, v) for one in self.rows for v in one["violations"] if v["severity"] == "warning"]
        counts: dict[str, int] = {}
        for one, v in shown:
            place = f" at {v['sent_from']}" if v["sent_from"] else ""
            subject = f"{one['operation']} {v['where'] or one['case']}"
            text = f"{subject}: expected {v['expected']}, got {v['got']} [{v['rule']}]{place}"
            counts[text] = counts.get(text, 0) + 1
        lines = [f"  {text}" + (f" (×{count})" if count > 1 else "") for text, count in list(counts.items())[:WARNINGS]]
        more = [f"  (and {len(counts) - WARNINGS} more)"] if len(counts) > WARNINGS else []
        return ["", "warnings (they fail with --cio-strict):", *lines, *more] if lines else []

    def _next(self) -> list[str]:
        if any(self.fails(v["severity"]) for one in self.rows for v in one["violations"]):
            return ["next: pytest --cio-contract --lf"]
        bare = [
            name for name, missing in self._untried().items() if missing and len(missing) == len(self.applicable[name])
        ]
        if bare:
            names = ", ".join(sorted(bare)[:3])
            return [f"next: no error was replayed to {names}: mark a test that sends it @pytest.mark.cio_errors"]
        return ["next: pytest --cio-contract --cio-report=contract.json"]

    def _untried(self) -> dict[str, list[str]]:
        tried = {(one["operation"], one["case"]) for one in self.rows}
        return {name: [c for c in cases if (name, c) not in tried] for name, cases in sorted(self.applicable.items())}


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write the report in one step: a reader never sees half of it. Raises OSError where it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1, ensure_ascii=False)
            file.write("\n")
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def payload(verdicts: Sequence[Verdict], applicable: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """What one test phase sends to the report, plain enough for xdist."""
    return {"rows": [row(verdict) for verdict in verdicts], "applicable": {k: list(v) for k, v in applicable.items()}}


def _members(value: Verdict | Violation) -> dict[str, Any]:
    """As `asdict`, which copies to the ground what is flat already; every checked test pays for this."""
    return {each.name: getattr(value, each.name) for each in fields(value)}
