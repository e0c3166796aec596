"""The operations that an error case applies to, grouped by how each is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.model import ErrorCase
from pytest_customerio.tools.explain import phrases
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.page import Block, Code, Heading, facts


@dataclass(frozen=True, slots=True)
class Group:
    """Operations for which a case has the same answer, cause and provenance."""

    case: ErrorCase
    operations: tuple[str, ...]


class AnswerGroups:
    """Groups operations, and shows each group as a part of a page."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, advice: Advice) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._advice = advice

    def of(self, cases: Sequence[ErrorCase]) -> list[Group]:
        """The groups of the cases of one cassette. The largest group comes first.

        The calls of the table of routes do not count, because few applications send one of them.
        """
        by_type = read_routes(data.schemas()).operations
        found: dict[object, tuple[ErrorCase, list[str]]] = {}
        for first in {case.surface: case for case in reversed(cases)}.values():
            for operation in first.operations:
                case = self._cassettes.variant(first, operation)
                key = (case.answer, case.cause, case.todo, case.rules, case.provenance, tuple(case.when))
                found.setdefault(key, (case, []))[1].append(operation)
        groups = (Group(case, tuple(operations)) for case, operations in found.values())
        return sorted(groups, key=lambda group: -sum(name not in by_type for name in group.operations))

    def blocks(self, group: Group, groups: Sequence[Group]) -> Iterator[Block]:
        """What the page of a case shows of one of its groups."""
        case, sure = group.case, group.case.provenance
        shared = len({one.case.todo for one in groups}) == 1
        yield Heading(f"Answer on {self._where(group)}", 2)
        yield Code(phrases.answer_text(case.answer), "http" if not case.answer.fault else "text")
        yield facts(
            ("cause", case.cause if len(groups) > 1 else ""),
            ("it takes", phrases.condition_texts(case)),
            ("what to do", "" if shared else case.todo),
            ("how sure", phrases.provenance_texts(sure)),
            ("evidence", sure.evidence),
            ("docs", self._docs(group)),
        )

    def _where(self, group: Group) -> str:
        """`track` for all operations of Track, `track without event` for all but a few, else their ids."""
        found = []
        for surface in self._catalog.surfaces:
            every = [operation.id for operation in self._catalog.of(surface)]
            own = [name for name in group.operations if name in every]
            others = [name.partition(".")[2] for name in every if name not in own]
            if 2 * len(others) < len(own):
                own = [" without ".join(filter(None, (surface, " and ".join(others))))]
            found += own
        return ", ".join(found)

    def _docs(self, group: Group) -> list[str]:
        if len(group.operations) == 1:
            return [self._catalog.operations[group.operations[0]].docs]
        surfaces = (name.partition(".")[0].partition("_")[0] for name in group.operations)
        return phrases.unique(self._advice.sources[surface] for surface in surfaces)
