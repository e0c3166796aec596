"""What can be said about one error case, rule or topic, as the blocks of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import ErrorCase
from pytest_customerio.core.nearest import nearest
from pytest_customerio.reporting import messages
from pytest_customerio.tools.explain import phrases
from pytest_customerio.tools.explain.advice import Advice, Topic
from pytest_customerio.tools.explain.page import Block, Code, Heading, Prose, facts
from pytest_customerio.tools.explain.probes import Probes

COMMAND = "python -m pytest_customerio"


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that meet a case alike: the same answer, for the same reason, as sure."""

    case: ErrorCase
    operations: list[str] = field(default_factory=list)


class Explain:
    """Explains by name."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, advice: Advice) -> None:
        self.catalog = catalog
        self.cassettes = cassettes
        self.advice = advice
        self._probes = Probes(catalog, cassettes, advice)

    def page(self, name: str) -> list[Block]:
        """The page of a case, a family or status, a rule or a topic. Raises `UnknownNameError`."""
        word = name.strip().lower()
        blocks = self._cases(word)
        if word in self.advice.rules:
            blocks += self.rule(self.advice.rules[word])
        if word in self.advice.topics:
            blocks += self.topic(self.advice.topics[word])
        if not blocks:
            raise UnknownNameError(name, nearest(word, self.names), self.names)
        return blocks

    def contents(self) -> list[Block]:
        """All that can be explained."""
        kinds = dict.fromkeys(rule.kind for rule in self.advice.rules.values())
        rules = [(f"{kind} rules", [r.name for r in self.advice.rules.values() if r.kind == kind]) for kind in kinds]
        topics = [f"{topic.name}: {topic.issue}" for topic in self.advice.topics.values()]
        return [
            Heading("What can be explained"),
            facts(
                ("families", ", ".join(dict.fromkeys(case.family for case in self.cassettes.cases()))),
                ("cases", ", ".join(self.cases)),
                *((kind, ", ".join(names)) for kind, names in rules),
                ("topics", topics),
            ),
            Prose(f"next: {COMMAND} explain NAME"),
        ]

    @cached_property
    def cases(self) -> Mapping[str, tuple[ErrorCase, ...]]:
        """The cases by cassette: each on every surface, in every mode."""
        found: dict[str, tuple[ErrorCase, ...]] = {}
        for case in self.cassettes.cases():
            found[case.cassette] = (*found.get(case.cassette, ()), case)
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name that has a page."""
        families = (case.family for case in self.cassettes.cases())
        every = (*self.cases, *self.cassettes.case_ids, *families, *self.advice.rules, *self.advice.topics)
        return tuple(dict.fromkeys(every))

    def groups(self, cassette: str) -> list[Group]:
        """The operations that a case applies to, by what they meet."""
        found: dict[object, Group] = {}
        for first in {case.surface: case for case in reversed(self.cases[cassette])}.values():
            for operation in first.operations:
                case = self.cassettes.variant(first, operation)
                key = (case.answer, case.cause, case.todo, case.rules, case.provenance)
                found.setdefault(key, Group(case)).operations.append(operation)
        return sorted(found.values(), key=lambda group: -len(group.operations))

    def case(self, cassette: str, *, linked: bool = False) -> list[Block]:
        """Everything about one case. On a page of many its examples are `linked`."""
        groups = self.groups(cassette)
        modes = {case.id: case for case in self.cases[cassette]}
        first = groups[0].case
        return [
            Heading(f"{cassette}: {first.cause}"),
            facts(
                ("what to do", phrases.common(group.case.todo for group in groups)),
                ("try again?", phrases.unique(phrases.again(group.case) for group in groups)),
                ("was it taken?", phrases.unique(phrases.TAKEN[group.case.accepted] for group in groups)),
                ("runs as", [phrases.mode(one) for one in modes.values()] if len(modes) > 1 else ""),
                ("prevented by", self._prevented(rule for group in groups for rule in group.case.rules)),
            ),
            *(block for group in groups for block in self._group(group, groups)),
            *phrases.examples(self.advice.for_case(first), linked=linked),
            Heading("Try it", 2),
            Code(f'@pytest.mark.cio_errors("{cassette}")', "python"),
        ]

    def rule(self, rule: Rule, *, linked: bool = False) -> list[Block]:
        """Everything about one rule."""
        said = self.advice.constraints.get(rule.name, ())
        breaking = self._probes.breaking(rule)
        seen = breaking.violation if breaking else None
        allow = "" if rule.name in phrases.SAID else messages.ON_PURPOSE.format(rule=rule.name)
        surfaces = {one.surface for one in said}
        return [
            Heading(f"{rule.name}: {rule.breaks_when}"),
            facts(
                ("kind", f"{rule.kind}, {phrases.SEVERITY[rule.severity]}"),
                ("on", "" if "" in surfaces else ", ".join(sorted(surfaces))),
                ("expected", phrases.unique([one.expected for one in said] or [seen.expected if seen else ""])),
                ("what to do", phrases.unique([*(one.hint for one in said), seen.hint if seen else ""])),
                (
                    "draws",
                    phrases.drawn(
                        [(one.error, one.source) for one in said] or ([(seen.error, seen.source)] if seen else [])
                    ),
                ),
                ("prevents", ", ".join(rule.prevents)),
                ("evidence", phrases.unique(one.evidence for one in said)),
                ("on purpose?", allow),
            ),
            *phrases.broken(rule.name, breaking),
            *phrases.examples(self.advice.for_rule(rule.name), linked=linked),
        ]

    def topic(self, topic: Topic) -> list[Block]:
        """Everything about a delivery issue, an error of the client or a diagnostic."""
        return [
            Heading(f"{topic.name}: {topic.issue}"),
            facts(
                ("kind", topic.kind),
                ("cause" if topic.kind != "diagnostic" else "how", topic.cause),
                ("look at" if topic.kind != "client error" else "what to do", topic.todo),
                ("prevented by", self._prevented(topic.rules)),
                ("told in", topic.source),
            ),
            *phrases.examples([self.advice.examples[topic.example]]),
        ]

    def _cases(self, word: str) -> list[Block]:
        try:
            ids = self.cassettes.find(word)
        except UnknownNameError:
            return []
        cassettes = dict.fromkeys(case.cassette for case in self.cassettes.cases() if case.id in ids)
        if len(cassettes) == 1:
            return self.case(*cassettes)
        return [
            Heading(f"{word}: {len(cassettes)} cases"),
            *(block for name in cassettes for block in self._short(name)),
            Heading("Next", 2),
            Code("\n".join(f"{COMMAND} explain {name}" for name in cassettes), "sh"),
        ]

    def _short(self, cassette: str) -> Iterator[Block]:
        first = self.groups(cassette)[0].case
        yield Heading(cassette, 2)
        yield facts(("answer", messages.answer_text(first)), ("cause", first.cause), ("what to do", first.todo))

    def _group(self, group: Group, groups: Sequence[Group]) -> Iterator[Block]:
        case, sure = group.case, group.case.provenance
        shared = len({one.case.todo for one in groups}) == 1
        yield Heading(f"Answer on {self._where(group)}", 2)
        yield Code(phrases.answered(case.answer), "http" if not case.answer.fault else "text")
        yield facts(
            ("cause", case.cause if len(groups) > 1 else ""),
            ("what to do", "" if shared else case.todo),
            ("how sure", phrases.how_sure(sure)),
            ("evidence", sure.evidence),
            ("docs", self._docs(group)),
        )

    def _where(self, group: Group) -> str:
        """`track` for all operations of Track, else their ids."""
        found = []
        for surface in self.catalog.surfaces:
            every = [operation.id for operation in self.catalog.of(surface)]
            own = [name for name in group.operations if name in every]
            found += [surface] if own == every else own
        return ", ".join(found)

    def _docs(self, group: Group) -> list[str]:
        if len(group.operations) == 1:
            return [self.catalog.operations[group.operations[0]].docs]
        surfaces = (name.partition(".")[0].partition("_")[0] for name in group.operations)
        return phrases.unique(self.advice.sources[surface] for surface in surfaces)

    def _prevented(self, rules: Iterable[str]) -> Iterator[str]:
        for name in phrases.unique(rules):
            rule = self.advice.rules.get(name)
            hint = self._hint(rule) if rule else ""
            yield f"{name}: {rule.breaks_when}" + (f"; {hint}" if hint else "") if rule else name

    def _hint(self, rule: Rule) -> str:
        """What to do so that the rule holds, as the contract says it."""
        said = self.advice.constraints.get(rule.name)
        if said:  # what is said for all surfaces goes first
            return next((one.hint for one in sorted(said, key=lambda one: one.surface != "") if one.hint), "")
        breaking = self._probes.breaking(rule)
        return breaking.violation.hint if breaking and breaking.violation else ""
