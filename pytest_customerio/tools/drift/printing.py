"""What `drift` prints: as text, and as data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.core.model import Violation
from pytest_customerio.core.redact import safe_url
from pytest_customerio.reporting import messages
from pytest_customerio.tools.drift.asking import Asked
from pytest_customerio.tools.drift.comparison import Difference
from pytest_customerio.tools.drift.known import Entry

VERSION = 1
RECORD, RECORD_TEST = "python -m pytest_customerio record {case}", "pytest --cio-record '{test}'"
SEVERITIES = ("error", "warning", "info")
HEAD = ("severity", "where", "expected", "got")


@dataclass(frozen=True, slots=True)
class Compared:
    """A published document beside our contracts: what is new, what was known, what is known in vain."""

    path: Path
    title: str
    operations: int
    news: Sequence[Difference]
    known: Sequence[Difference]
    stale: Sequence[Entry]

    @property
    def drifted(self) -> bool:
        """Whether a contract may be wrong by now; a new optional field makes none wrong."""
        return any(one.violation.severity != "info" for one in self.news)


def answers_text(found: Sequence[Asked], target: str) -> str:
    """A block for each recording that is not the same any more, and a line that counts all."""
    blocks = [_answer_block(one, target) for one in found if one.violations]
    drifted = sum(one.drifted for one in found)
    added = len(blocks) - drifted
    skipped = Counter(one.skipped for one in found if one.skipped)
    same = sum(not one.skipped and not one.violations for one in found)
    parts = [f"{len(found) - skipped.total()} asked", f"{same} the same"]
    parts += [f"{drifted} drifted"] * bool(drifted) + [f"{added} with more than was recorded"] * bool(added)
    why = [f"  {number} not asked: {reason}" for reason, number in skipped.items()]
    return "\n\n".join([*blocks, "\n".join([f"{target}: {', '.join(parts)}", *why])]) + "\n"


def answers_json(found: Sequence[Asked], target: str) -> str:
    """All that was asked."""
    rows = [
        {
            "cassette": str(one.recording.path),
            "case": one.recording.case,
            "operation": one.recording.operation.id,
            "provenance": asdict(one.recording.provenance),
            "drifted": one.drifted,
            "skipped": one.skipped,
            "violations": list(map(asdict, one.violations)),
        }
        for one in found
    ]
    return _json({"target": target, "recordings": rows})


def documents_text(found: Iterable[Compared]) -> str:
    """A block for each document."""
    return "\n\n".join("\n".join(_document_block(one)) for one in found) + "\n"


def documents_json(found: Iterable[Compared]) -> str:
    """All that differs, known or not."""
    rows = [
        {
            "file": str(one.path),
            "title": one.title,
            "operations": one.operations,
            "drifted": one.drifted,
            "differences": list(map(_row, one.news)),
            "known": list(map(_row, one.known)),
            "stale": list(map(asdict, one.stale)),
        }
        for one in found
    ]
    return _json({"documents": rows})


def _answer_block(asked: Asked, target: str) -> str:
    one, found = asked.recording, sorted(asked.violations, key=lambda each: SEVERITIES.index(each.severity))
    first, sure = found[0], one.provenance
    more = f" (and {len(asked.violations) - 1} more)" if len(asked.violations) > 1 else ""
    facts = [
        (sure.source, ", ".join(part for part in (sure.date, sure.environment) if part) or "no date"),
        ("asked", target),
        ("request", safe_url(one.operation, one.request.method, one.request.url)),
        ("cassette", str(one.path)),
        ("what to do", RECORD_TEST.format(test=one.test) if one.test else RECORD.format(case=one.case)),
    ]
    head = f"{one.operation.id} {one.case}: expected {first.expected} at {first.where}, got {first.got}{more}"
    return "\n".join([head, "", *messages.table(HEAD, map(_cells, found)), "", *messages.facts(facts)])


def _document_block(one: Compared) -> list[str]:
    shown = [each for each in one.news if each.violation.severity != "info"]
    optional = Counter(each.violation.rule for each in one.news if each.violation.severity == "info")
    counts = [f"{_count(one.operations, 'operation')} compared", _count(len(shown), "difference")]
    counts += [f"{len(one.known)} known ones"] * bool(one.known)
    lines = [f"{one.path.name}, {one.title}: {', '.join(counts)}"]
    if shown:
        rows = [(each.operation, *_cells(each.violation)) for each in shown]
        lines += ["", *messages.table(("operation", "severity", "where", "contract", "published"), rows)]
    if optional:
        words = {"field-new": "there alone", "field-gone": "here alone"}
        told = ", ".join(f"{number} {words[rule]}" for rule, number in sorted(optional.items(), reverse=True))
        lines += ["", f"  optional fields: {told} (--json lists them)"]
    if one.stale:
        lines += ["", "  known differences that are none any more (advice/openapi-known.json):", ""]
        lines += [f"  {each.operation} {each.where} {each.rule}: {each.reason}" for each in one.stale]
    return lines


def _cells(one: Violation) -> tuple[str, str, str, str]:
    return one.severity, one.where, one.expected, one.got


def _row(one: Difference) -> dict[str, Any]:
    return {"operation": one.operation, **asdict(one.violation)}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps({"version": VERSION, **document}, indent=2, ensure_ascii=False) + "\n"
