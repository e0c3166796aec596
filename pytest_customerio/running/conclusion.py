"""The result of a test: the text that it fails with, the reason that it is skipped for, its rows in the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_customerio.core.model import Outcome, Verdict, Violation
from pytest_customerio.judging.judgement import Judgement
from pytest_customerio.judging.ledger import Occurrence, Tally
from pytest_customerio.judging.violation import fails
from pytest_customerio.reporting import blocked, messages, mocked
from pytest_customerio.running.test import CheckedTest, Unreported, key_of

if TYPE_CHECKING:
    from pytest_customerio.running.replayed_case import ReplayedCase

# A test's verdict on an operation is the worst outcome of its payloads.
WORST_FIRST: tuple[Outcome, ...] = ("lost", "reported", "deferred", "raised", "recovered")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The result of a test: the text that it fails with, the reason that it is skipped for, or neither.

    With `blocked` the text says that a mock answered in the place of an error case: what the test itself says of a
    missing error, such as "DID NOT RAISE", has the same cause.
    """

    text: str = ""
    skip: str = ""
    blocked: bool = False


class Judge:
    """Draws conclusions about tests; with `strict`, warnings fail too. It changes nothing in a test.

    `replaced` gives the functions of clients and SDKs that are replaced now, each with what stands there.
    """

    def __init__(self, *, strict: bool, replaced: Callable[[], Sequence[tuple[str, object]]] = tuple) -> None:
        self._strict = strict
        self._replaced = replaced
        self._explained: set[str] = set()

    def unreported(self, test: CheckedTest) -> Unreported:
        """What is wrong with a test, fails it, and was not reported yet."""
        tallies = list(test.record.tallies.values())
        seen = (one for tally in tallies for one in tally.occurrences.values() if self._fails(one.violation))
        return Unreported(
            tuple(one for one in seen if key_of(one) not in test.reported.violations),
            tuple(test.judgements[test.reported.judgements :]),
            tuple(test.refused[test.reported.refusals :]),
            full=any(tally.full for tally in tallies),
        )

    def conclusion(self, test: CheckedTest, news: Unreported, unmet: Sequence[ReplayedCase]) -> Conclusion:
        """The conclusion about the call phase; `unmet` are the cases that no request met."""
        text, notes = self.text(test, news, unmet), test.mocked
        if unmet and notes is not None and notes.not_sent and test.record.heard == notes.not_sent:
            return Conclusion(f"{messages.NOTHING_SENT.partition(chr(10))[0]}\n\n{text}".rstrip())
        if text or not unmet:
            return Conclusion(text)
        if took := _took(test, unmet[0]):
            return Conclusion(self._once(test, mocked.in_the_way(test.plan.case or "", took)), blocked=True)
        if not test.record.heard:
            replaced = [f"{name} by {blocked.named(one)}" for name, one in self._replaced()]
            return Conclusion(self._once(test, blocked.nothing_sent(replaced)), blocked=bool(replaced))
        if why := self._answered_instead(test, unmet[0]):
            return Conclusion(self._once(test, why), blocked=True)
        return Conclusion(skip=_why_unmet(test, unmet[0]))

    def text(self, test: CheckedTest, news: Unreported, unmet: Iterable[ReplayedCase]) -> str:
        """The text of everything that is wrong; empty if nothing is."""
        blocks = [messages.contract_text(_errors_first(news.occurrences), full=news.full)] if news.occurrences else []
        blocks += [messages.handling_text(alike[0], payloads=len(alike)) for alike in self._mishandled(news)]
        blocks += list(dict.fromkeys(news.refusals))
        blocks += [self._answered_instead(test, one) or _why_unmet(test, one) for one in unmet if one.name]
        return "\n\n".join(blocks)

    def _answered_instead(self, test: CheckedTest, case: ReplayedCase) -> str:
        """That something of the suite's answered what the case applies to; empty where it applies to nothing sent."""
        taken = [(test.session.identified(one.frozen()).operation, engine) for one, engine in case.unreached]
        names = dict.fromkeys(operation.id for operation, _ in taken if operation and case.applies(operation.id))
        if not names and not case.replay.observer.attempts:
            names = dict.fromkeys(name for name in test.record.tallies if case.sent and case.applies(name))
        if not names:
            return ""
        mocks = dict.fromkeys(blocked.named(engine) for _, engine in taken if engine is not None)
        mocks |= dict.fromkeys(f"{blocked.named(one)} for {name}" for name, one in self._replaced() if not mocks)
        return blocked.answered_instead(case.name or test.plan.case or "", names, list(mocks))

    def _once(self, test: CheckedTest, text: str) -> str:
        """The text for the first item of a test function, one line for the others."""
        function = test.plan.nodeid.partition("[")[0]
        if function in self._explained:
            return blocked.as_above(test.plan.case or "", text)
        self._explained.add(function)
        return text

    def _mishandled(self, news: Unreported) -> list[list[Judgement]]:
        """The judgements with violations that fail; those of payloads that were handled alike stand together."""
        groups: dict[tuple[str, str, str], list[Judgement]] = {}
        for one in news.judgements:
            if any(self._fails(violation) for violation in one.violations):
                ordered = tuple(sorted(one.violations, key=lambda violation: not self._fails(violation)))
                rules = " ".join(violation.rule for violation in ordered)
                groups.setdefault((one.operation, one.case.id, rules), []).append(replace(one, violations=ordered))
        return list(groups.values())

    def _fails(self, violation: Violation) -> bool:
        return fails(violation.severity, strict=self._strict)


def verdicts(test: CheckedTest) -> list[Verdict]:
    """The verdicts on the test so far: one per operation, and per case that it met."""
    nodeid, rows = test.plan.nodeid, []
    for name in dict.fromkeys([*test.record.tallies, *(one.operation for one in test.judgements)]):
        tally = test.record.tallies.get(name, Tally(name))
        found = tuple(one.violation for one in tally.occurrences.values())
        sites = tuple(tally.call_sites)
        cases: dict[str, list[Judgement]] = {}
        for one in test.judgements:
            if one.operation == name:
                cases.setdefault(one.case.id, []).append(one)
        if not cases:
            rows.append(Verdict(nodeid, name, None, None, tally.attempts, (), found, sites))
        for case, met in cases.items():
            worst = min(met, key=_rank)
            violations = found + tuple(dict.fromkeys(violation for one in met for violation in one.violations))
            waits = tuple(worst.observation.waits)
            met_at = tuple(dict.fromkeys(site for one in met for site in one.observation.met_at))
            rows.append(Verdict(nodeid, name, case, worst.outcome, worst.attempts, waits, violations, sites, met_at))
            found = ()  # violations of the contract stand in the first row of the operation
    return rows


def _took(test: CheckedTest, case: ReplayedCase) -> list[str]:
    """The mocks that took all calls that could have met a case."""
    return test.mocked.took() if test.mocked is not None and not case.sent else []


def _why_unmet(test: CheckedTest, case: ReplayedCase) -> str:
    """Why no request met a case."""
    if took := _took(test, case):
        return mocked.in_the_way(case.name or test.plan.case or "", took)
    template = messages.GONE if test.gone else messages.NOT_APPLICABLE
    if not case.sent:
        template = messages.UNSENT
    name = case.name or test.plan.case
    text = template.format(case=name, operations=", ".join(test.record.tallies), operation=test.gone)
    lacking = case.replay.schedule.lacking
    return text + (f": it takes {' or '.join(lacking)}" if lacking else "")


def _rank(judgement: Judgement) -> int:
    return WORST_FIRST.index(judgement.outcome) if judgement.outcome else len(WORST_FIRST)


def _errors_first(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    return sorted(occurrences, key=lambda one: one.violation.severity != "error")
