"""The catalogue of error cases, filtered by words, in three forms: a table, JSON, a page of Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import Answer, ErrorCase
from pytest_customerio.core.nearest import nearest
from pytest_customerio.tools.commands import PROGRAM
from pytest_customerio.tools.explain.answer_groups import Group
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.page import Block, Heading, Prose, Table, as_text, facts, markdown

HEAD = ("case", "answer", "surfaces", "retry", "how sure")
LEGEND = (
    ("recorded", "recorded from Customer.io by the user of the suite"),
    ("documented", "status and body stand in Customer.io's own documents"),
    ("observed", "an answer of the live service that was published"),
    ("synthetic", "anything else: made up in part or as a whole; explain says which part"),
)


class Listing:
    """The cases that surfaces, operations and cases name. Words of one kind add cases, words of two kinds restrict."""

    def __init__(self, explain: Explain, words: Sequence[str] = ()) -> None:
        self._explain = explain
        self._surfaces: set[str] = set()
        self._operations: set[str] = set()
        self._ids: set[str] = set()
        for word in words:
            self._add(word.strip().lower())

    def rows(self) -> list[tuple[str, ...]]:
        """One row for each case id."""
        found: dict[str, list[ErrorCase]] = {}
        for case, _ in self._groups():
            found.setdefault(case.id, []).append(case)
        return [_row(name, cases, self._explain.catalog.surfaces) for name, cases in found.items()]

    def text(self) -> str:
        """The table, the meaning of the provenances in it, and the next command."""
        rows = self.rows()
        if not rows:
            return "no case is of all these\n"
        sources = {word for row in rows for word in row[4].split("/")}
        legend = facts(*((name, text) for name, text in LEGEND if name in sources))
        return as_text([Table(HEAD, tuple(rows)), legend, Prose(f"next: {PROGRAM} explain {_first(rows)}")])

    def json(self) -> str:
        """One record for each case and group of operations with the same answer."""
        records = [_record(case, operations) for case, operations in self._groups()]
        return json.dumps({"version": 1, "cases": records}, indent=2, ensure_ascii=False) + "\n"

    def markdown(self) -> str:
        """The table, followed by the page of each case."""
        head: list[Block] = [Heading("Errors of Customer.io"), Table(HEAD, tuple(self.rows()))]
        head += [facts(*LEGEND)]
        names = dict.fromkeys(case.cassette for case, _ in self._groups())
        return markdown(head) + "".join(
            "\n" + markdown(self._explain.case(name, linked=True), level=1) for name in names
        )

    def _add(self, word: str) -> None:
        catalog, cassettes = self._explain.catalog, self._explain.cassettes
        if word in catalog.surfaces:
            self._surfaces.add(word)
        elif word in catalog.operations:
            self._operations.add(word)
        else:
            try:
                self._ids.update(cassettes.find(word))
            except UnknownNameError as error:
                known = (*catalog.surfaces, *catalog.operations, *error.known)
                raise UnknownNameError(word, nearest(word, known) or error.nearest, known) from None

    def _groups(self) -> Iterator[tuple[ErrorCase, list[str]]]:
        """Each selected case, with the selected operations of each group."""
        for cassette, cases in self._explain.cases.items():
            groups = self._explain.groups(cassette)
            for case_id in dict.fromkeys(case.id for case in cases if not self._ids or case.id in self._ids):
                for group in groups:
                    yield from self._selected(case_id, group)

    def _selected(self, case_id: str, group: Group) -> Iterator[tuple[ErrorCase, list[str]]]:
        for surface in self._explain.catalog.surfaces:
            case = self._explain.cassettes.case(case_id, surface)
            own = [one for one in group.operations if one.startswith(f"{surface}.") and self._wanted(surface, one)]
            if own and case is not None:
                yield self._explain.cassettes.variant(case, own[0]), own

    def _wanted(self, surface: str, operation: str) -> bool:
        here = not self._surfaces or surface in self._surfaces
        return here and (not self._operations or operation in self._operations)


def _row(name: str, cases: Sequence[ErrorCase], surfaces: Sequence[str]) -> tuple[str, ...]:
    on = [surface for surface in surfaces if any(case.surface == surface for case in cases)]
    sure = dict.fromkeys(source for source, _ in LEGEND if any(case.provenance.source == source for case in cases))
    first = cases[0]
    where = "all" if len(on) == len(surfaces) else " ".join(on)
    return name, _answer(first.answer, first.retry_after), where, "yes" if first.retryable else "no", "/".join(sure)


def _answer(answer: Answer, after: float | None) -> str:
    if answer.fault:
        return "none"
    return f"{answer.status}, after {after:g} s" if after is not None else str(answer.status)


def _first(rows: Iterable[tuple[str, ...]]) -> str:
    return next(iter(rows))[0]


def _record(case: ErrorCase, operations: Sequence[str]) -> dict[str, object]:
    answer = case.answer
    return {
        "id": case.id,
        "case": case.cassette,
        "surface": case.surface,
        "operations": list(operations),
        "mode": case.mode,
        "family": case.family,
        "kind": case.kind,
        "status": answer.status or None,
        "fault": answer.fault,
        "headers": dict(answer.headers),
        "body": answer.body.decode("utf-8", "replace"),
        "retryable": case.retryable,
        "accepted": case.accepted,
        "cause": case.cause,
        "todo": case.todo,
        "rules": list(case.rules),
        "provenance": case.provenance._asdict(),
    }
