"""The output of `drift`, as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.sentences import layout
from pytest_customerio.reporting.sentences.layout import counted
from pytest_customerio.tools.drift.answers.comparison import AnswerDrift
from pytest_customerio.tools.drift.documents.comparison import Difference
from pytest_customerio.tools.drift.documents.known_differences import KnownDifference
from pytest_customerio.tools.target import WORKSPACE

VERSION = 1
RECORD, RECORD_TEST = "python -m pytest_customerio record {case}", "pytest --cio-record '{test}'"
SEVERITIES = ("error", "warning", "info")
HEAD = ("severity", "where", "expected", "got")


@dataclass(frozen=True, slots=True)
class DocumentDrift:
    """The comparison of one published document: new differences, expected ones, entries that cover none any more."""

    path: Path
    title: str
    operations: int
    new: Sequence[Difference]
    known: Sequence[Difference]
    stale: Sequence[KnownDifference]

    @property
    def drifted(self) -> bool:
        """Whether a contract may be wrong. A new optional field makes no contract wrong."""
        return any(one.violation.severity != "info" for one in self.new)


def answers_text(found: Sequence[AnswerDrift], target: str) -> str:
    """A block for each recording that differs, and a last line that counts all."""
    blocks = [_answer_block(one, target) for one in found if one.violations]
    drifted = sum(one.drifted for one in found)
    added = len(blocks) - drifted
    skipped = Counter(one.skipped for one in found if one.skipped)
    same = sum(not one.skipped and not one.violations for one in found)
    parts = [f"{len(found) - skipped.total()} asked", f"{same} the same"]
    parts += [f"{drifted} drifted"] * bool(drifted) + [f"{added} with more than was recorded"] * bool(added)
    why = [f"  {number} not asked: {reason}" for reason, number in skipped.items()]
    why += list(_circular(found))
    return "\n\n".join([*blocks, "\n".join([f"{target}: {', '.join(parts)}", *why])]) + "\n"


def _circular(found: Sequence[AnswerDrift]) -> Iterator[str]:
    asked = [one for one in found if not one.skipped]
    number = sum(one.circular for one in asked)
    if number:
        which = "all of them" if number == len(asked) else f"{number} of them"
        yield f"  {which} were recorded from a sandbox, and a sandbox was asked: that proves nothing about Customer.io"
        yield f"  to ask Customer.io: set {WORKSPACE} to the id of a workspace that is no production, and its keys"


def answers_json(found: Sequence[AnswerDrift], target: str) -> str:
    """All recordings, also those that are the same."""
    rows = [
        {
            "cassette": str(one.recording.path),
            "case": one.recording.case,
            "operation": one.recording.operation.id,
            "provenance": one.recording.provenance._asdict(),
            "drifted": one.drifted,
            "skipped": one.skipped,
            "circular": one.circular,
            "violations": [each._asdict() for each in one.violations],
        }
        for one in found
    ]
    return _json({"target": target, "recordings": rows})


def documents_text(found: Iterable[DocumentDrift]) -> str:
    """A block for each document."""
    return "\n\n".join("\n".join(_document_block(one)) for one in found) + "\n"


def documents_json(found: Iterable[DocumentDrift]) -> str:
    """All differences, new and expected."""
    rows = [
        {
            "file": str(one.path),
            "title": one.title,
            "operations": one.operations,
            "drifted": one.drifted,
            "differences": list(map(_row, one.new)),
            "known": list(map(_row, one.known)),
            "stale": list(map(asdict, one.stale)),
        }
        for one in found
    ]
    return _json({"documents": rows})


def _answer_block(drift: AnswerDrift, target: str) -> str:
    one, found = drift.recording, sorted(drift.violations, key=lambda each: SEVERITIES.index(each.severity))
    first, sure = found[0], one.provenance
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    facts = [
        (sure.source, ", ".join(part for part in (sure.date, sure.environment) if part) or "no date"),
        ("asked", target),
        ("request", request_line(one.operation, one.request.method, one.request.url)),
        ("cassette", str(one.path)),
        ("what to do", RECORD_TEST.format(test=one.test) if one.test else RECORD.format(case=one.case)),
    ]
    head = f"{one.operation.id} {one.case}: expected {first.expected} at {first.where}, got {first.got}{more}"
    return "\n".join([head, "", *layout.table(HEAD, map(_cells, found)), "", *layout.facts(facts)])


def _document_block(one: DocumentDrift) -> list[str]:
    shown = [each for each in one.new if each.violation.severity != "info"]
    optional = Counter(each.violation.rule for each in one.new if each.violation.severity == "info")
    counts = [f"{counted(one.operations, 'operation')} compared", counted(len(shown), "difference")]
    counts += [f"{len(one.known)} known ones"] * bool(one.known)
    lines = [f"{one.path.name}, {one.title}: {', '.join(counts)}"]
    if shown:
        rows = [(each.operation, *_cells(each.violation)) for each in shown]
        lines += ["", *layout.table(("operation", "severity", "where", "contract", "published"), rows)]
    if optional:
        words = {"field-new": "there alone", "field-gone": "here alone"}
        per_rule = ", ".join(f"{number} {words[rule]}" for rule, number in sorted(optional.items(), reverse=True))
        lines += ["", f"  optional fields: {per_rule} (--json lists them)"]
    if one.stale:
        lines += ["", "  known differences that are none any more (advice/openapi-known.json):", ""]
        lines += [f"  {each.operation} {each.where} {each.rule}: {each.reason}" for each in one.stale]
    return lines


def _cells(one: Violation) -> tuple[str, str, str, str]:
    return one.severity, one.where, one.expected, one.got


def _row(one: Difference) -> dict[str, Any]:
    return {"operation": one.operation, **one.violation._asdict()}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps({"version": VERSION, **document}, indent=2, ensure_ascii=False) + "\n"
