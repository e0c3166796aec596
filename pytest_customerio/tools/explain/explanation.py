"""Builds the page that explains an error case, a family, a rule or a topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import ErrorCase, Violation
from pytest_customerio.core.nearest import nearest
from pytest_customerio.reporting.sentences import messages
from pytest_customerio.reporting.sentences.client_advice import clients, sources
from pytest_customerio.tools.commands import PROGRAM
from pytest_customerio.tools.explain import phrases
from pytest_customerio.tools.explain.advice import Advice, Constraint, Topic
from pytest_customerio.tools.explain.answer_groups import AnswerGroups, Group
from pytest_customerio.tools.explain.counterexamples import Counterexamples
from pytest_customerio.tools.explain.page import Block, Code, Heading, Prose, facts


class Explain:
    """Builds pages by name."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, advice: Advice) -> None:
        self.catalog = catalog
        self.cassettes = cassettes
        self.advice = advice
        self._groups = AnswerGroups(catalog, cassettes, advice)
        self._counterexamples = Counterexamples(catalog, cassettes, advice)

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

    def knows(self, name: str) -> bool:
        """Whether there is a page of this name."""
        word = name.strip().lower()
        return bool(self._is_case(word) or word in self.advice.rules or word in self.advice.topics)

    def gist(self, name: str) -> str:
        """What a case, a rule or a topic is about, in one sentence; empty for a family."""
        if name in self.cases:
            return self.cases[name][0].cause
        rule, topic = self.advice.rules.get(name), self.advice.topics.get(name)
        return rule.breaks_when if rule else topic.issue if topic else ""

    def contents(self) -> list[Block]:
        """The page that lists everything that can be explained."""
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
            Prose(f"next: {PROGRAM} explain NAME"),
        ]

    @cached_property
    def cases(self) -> Mapping[str, tuple[ErrorCase, ...]]:
        """The cases by cassette, on each surface and in each mode."""
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
        """The operations that a case applies to, grouped by their answer. The largest group comes first."""
        return self._groups.of(self.cases[cassette])

    def case(self, cassette: str, *, linked: bool = False) -> list[Block]:
        """The page of one case. With `linked` its examples are links, for a page that lists many cases."""
        groups = self.groups(cassette)
        modes = {case.id: case for case in self.cases[cassette]}
        first = groups[0].case
        return [
            Heading(f"{cassette}: {first.cause}"),
            facts(
                ("what to do", phrases.shared(group.case.todo for group in groups)),
                ("with each client", list(clients(cassette).values())),
                ("try again?", phrases.unique(phrases.retry_text(group.case) for group in groups)),
                ("was it taken?", phrases.unique(phrases.ACCEPTED[group.case.accepted] for group in groups)),
                ("runs as", [phrases.mode_text(one) for one in modes.values()] if len(modes) > 1 else ""),
                ("prevented by", self._prevented(rule for group in groups for rule in group.case.rules)),
                ("clients' docs", sources(cassette)),
            ),
            *(block for group in groups for block in self._groups.blocks(group, groups)),
            *phrases.examples(self.advice.for_case(first), linked=linked),
            Heading("Try it", 2),
            Code(f'@pytest.mark.cio_errors("{cassette}")', "python"),
        ]

    def rule(self, rule: Rule, *, linked: bool = False) -> list[Block]:
        """The page of one rule."""
        constraints = self.advice.constraints.get(rule.name, ())
        example = self._counterexamples.of(rule)
        return [
            Heading(f"{rule.name}: {rule.breaks_when}"),
            facts(*_rule_facts(rule, constraints, example.violation if example else None)),
            *phrases.counterexample(rule.name, example),
            *phrases.examples(self.advice.for_rule(rule.name), linked=linked),
        ]

    def topic(self, topic: Topic) -> list[Block]:
        """The page of a delivery issue, an error of the client, or a diagnostic."""
        return [
            Heading(f"{topic.name}: {topic.issue}"),
            facts(
                ("kind", topic.kind),
                ("cause" if topic.kind != "diagnostic" else "how", topic.cause),
                ("look at" if topic.kind != "client error" else "what to do", topic.todo),
                ("prevented by", self._prevented(topic.rules)),
                ("described in", topic.source),
            ),
            *phrases.examples([self.advice.examples[topic.example]]),
        ]

    def _is_case(self, word: str) -> bool:
        try:
            return bool(self.cassettes.find(word))
        except UnknownNameError:
            return False

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
            Code("\n".join(f"{PROGRAM} explain {name}" for name in cassettes), "sh"),
        ]

    def _short(self, cassette: str) -> Iterator[Block]:
        first = self.groups(cassette)[0].case
        yield Heading(cassette, 2)
        yield facts(("answer", messages.answer_text(first)), ("cause", first.cause), ("what to do", first.todo))

    def _prevented(self, rules: Iterable[str]) -> Iterator[str]:
        for name in phrases.unique(rules):
            rule = self.advice.rules.get(name)
            hint = self._hint(rule) if rule else ""
            yield f"{name}: {rule.breaks_when}" + (f"; {hint}" if hint else "") if rule else name

    def _hint(self, rule: Rule) -> str:
        """How to keep the rule, as the contract says it."""
        constraints = self.advice.constraints.get(rule.name)
        if constraints:  # those of all surfaces come first: the hint of one surface may not fit the others
            general_first = sorted(constraints, key=lambda one: one.surface != "")
            return next((one.hint for one in general_first if one.hint), "")
        example = self._counterexamples.of(rule)
        return example.violation.hint if example and example.violation else ""


def _rule_facts(
    rule: Rule, constraints: Sequence[Constraint], violation: Violation | None
) -> Iterator[tuple[str, str | Iterable[str]]]:
    """What is known about a rule. What no schema says is taken from the violation of its counterexample."""
    expected = [one.expected for one in constraints]
    errors = [(one.error, one.source) for one in constraints]
    hints = [one.hint for one in constraints]
    if violation is not None:
        expected = expected or [violation.expected]
        errors = errors or [(violation.error, violation.source)]
        hints = [*hints, violation.hint]
    surfaces = {one.surface for one in constraints}
    yield "kind", f"{rule.kind}, {phrases.SEVERITY[rule.severity]}"
    yield "on", "" if "" in surfaces else ", ".join(sorted(surfaces))
    yield "expected", phrases.unique(expected)
    yield "what to do", phrases.unique(hints)
    yield "draws", phrases.error_texts(errors)
    yield "prevents", ", ".join(rule.prevents)
    yield "evidence", phrases.unique(one.evidence for one in constraints)
    yield "on purpose?", "" if rule.name in phrases.SESSION_RULES else messages.ON_PURPOSE.format(rule=rule.name)
