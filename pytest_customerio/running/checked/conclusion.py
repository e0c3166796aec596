"""The result of a test: the text that it fails with, the reason that it is skipped for, its rows in the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_customerio.core.model import Outcome, Verdict, Violation
from pytest_customerio.judging.ledger import Occurrence, Tally, operation_name
from pytest_customerio.judging.violation import fails
from pytest_customerio.reporting.sentences import blocked, causes, messages, mocked
from pytest_customerio.running.checked.reported import NOTHING, Unreported, key_of

if TYPE_CHECKING:
    from pytest_customerio.judging.judgement import Judgement
    from pytest_customerio.running.checked.checked import CheckedTest
    from pytest_customerio.running.checked.replayed_case import ReplayedCase

# A test's verdict on an operation is the worst outcome of its payloads.
WORST_FIRST: tuple[Outcome, ...] = ("lost", "reported", "deferred", "raised", "recovered")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The result of a test: the text that it fails with, the reason that it is skipped for, or neither.

    With `blocked` the text says that a mock answered in the place of an error case: what the test itself says of a
    missing error, such as "DID NOT RAISE", has the same cause. `cause` is the same for two tests that fail, or are
    skipped, for the same reason.
    """

    text: str = ""
    skip: str = ""
    blocked: bool = False
    cause: str = field(default="", compare=False)

    def and_(self, other: Conclusion) -> Conclusion:
        """Both texts, and both causes."""
        texts, found = (self.text, other.text), (self.cause, other.cause)
        return Conclusion("\n\n".join(filter(None, texts)), cause=causes.together(filter(None, found)))


def of_texts(texts: Iterable[str], case: str | None, *, blocked: bool = False) -> Conclusion:
    """The conclusion that these texts say what is wrong. The name of the case, or test, is no part of its cause."""
    shown = list(filter(None, texts))
    cause = causes.together(causes.of_text(text, case) for text in shown)
    return Conclusion("\n\n".join(shown), blocked=blocked, cause=cause)


# The conclusion about a test with which nothing is wrong.
FINE = Conclusion()


class Judge:
    """Draws conclusions about tests; with `strict`, warnings fail too. It changes nothing in a test.

    `replaced` gives the functions of clients and SDKs that are replaced now, each with what stands there.
    """

    def __init__(self, *, strict: bool, replaced: Callable[[], Sequence[tuple[str, object]]] = tuple) -> None:
        self._strict = strict
        self._replaced = replaced

    def unreported(self, test: CheckedTest) -> Unreported:
        """What is wrong with a test, fails it, and was not reported yet."""
        tallies, reported = list(test.record.tallies.values()), test.reported
        news = len(test.judgements) > reported.judgements or len(test.refused) > reported.refusals
        if not news and not any(tally.occurrences for tally in tallies):
            return NOTHING
        seen = (one for tally in tallies for one in tally.occurrences.values() if self._fails(one.violation))
        return Unreported(
            tuple(one for one in seen if key_of(one) not in reported.violations),
            tuple(test.judgements[reported.judgements :]),
            tuple(test.refused[reported.refusals :]),
            full=any(tally.full for tally in tallies),
        )

    def conclusion(self, test: CheckedTest, news: Unreported, unmet: Sequence[ReplayedCase]) -> Conclusion:
        """The conclusion about the call phase; `unmet` are the cases that no request met."""
        wrong, notes, case = self.wrong(test, news, unmet), test.mocked, test.plan.case
        if unmet and notes is not None and notes.not_sent and test.record.heard == notes.not_sent:
            return of_texts([messages.NOTHING_SENT.partition("\n")[0]], case).and_(wrong)
        if wrong.text or not unmet:
            return wrong
        if took := _took(test, unmet[0]):
            return of_texts([mocked.in_the_way(case or "", took)], case, blocked=True)
        if not test.record.heard:
            replaced = [f"{name} by {blocked.named(one)}" for name, one in self._replaced()]
            return of_texts([blocked.nothing_sent(replaced)], case, blocked=bool(replaced))
        if why := self._answered_instead(test, unmet[0]):
            return of_texts([why], case, blocked=True)
        reason = _why_unmet(test, unmet[0])
        return Conclusion(skip=reason, cause=reason.removeprefix(f"{case}: "))

    def wrong(self, test: CheckedTest, news: Unreported, unmet: Sequence[ReplayedCase]) -> Conclusion:
        """Everything that is wrong; nothing if nothing is."""
        if news is NOTHING and not unmet:
            return FINE
        mishandled = self._mishandled(news)
        texts = [messages.contract_text(_errors_first(news.occurrences), full=news.full)] if news.occurrences else []
        texts += [messages.handling_text(alike[0], payloads=len(alike)) for alike in mishandled]
        found = [_contract_cause(one) for one in news.occurrences]
        found += [self._cause(alike[0]) for alike in mishandled]
        more = [*dict.fromkeys(news.refusals)]
        more += [self._answered_instead(test, one) or _why_unmet(test, one) for one in unmet if one.name]
        return Conclusion("\n\n".join(texts), cause=causes.together(found)).and_(of_texts(more, test.plan.case))

    def _cause(self, judgement: Judgement) -> str:
        failing = (violation for violation in judgement.violations if self._fails(violation))
        return causes.of_handling(judgement.operation, judgement.case.id, failing)

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

    def _mishandled(self, news: Unreported) -> list[list[Judgement]]:
        """The judgements with violations that fail; those of payloads that were handled alike stand together."""
        groups: dict[tuple[str, str, str], list[Judgement]] = {}
        for one in news.judgements:
            if any(self._fails(violation) for violation in one.violations):
                open_ones = (violation for violation in one.violations if not violation.excused)
                ordered = tuple(sorted(open_ones, key=lambda violation: not self._fails(violation)))
                rules = " ".join(violation.rule for violation in ordered)
                groups.setdefault((one.operation, one.case.id, rules), []).append(one._replace(violations=ordered))
        return list(groups.values())

    def _fails(self, violation: Violation) -> bool:
        return fails(violation.severity, strict=self._strict, excused=violation.excused)


def verdicts(test: CheckedTest) -> list[Verdict]:
    """The verdicts on the test so far: one per operation, and per case that it met."""
    nodeid, rows, tallies = test.plan.nodeid, [], test.record.tallies
    for name in dict.fromkeys([*tallies, *(one.operation for one in test.judgements)]):
        tally = tallies.get(name) or Tally(name)
        found = tuple([one.violation for one in tally.occurrences.values()]) if tally.occurrences else ()
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


def worst_of(test: CheckedTest, verdict: Verdict) -> tuple[Judgement | None, int]:
    """The judgement that a verdict about a case rests on, and of how many payloads it is the worst."""
    met = [one for one in test.judgements if (one.operation, one.case.id) == (verdict.operation, verdict.case)]
    return (min(met, key=_rank) if met else None), len(met)


def _took(test: CheckedTest, case: ReplayedCase) -> list[str]:
    """The mocks that took all calls that could have met a case."""
    return test.mocked.in_the_way() if test.mocked is not None and not case.sent else []


def _contract_cause(occurrence: Occurrence) -> str:
    return causes.of_contract(operation_name(occurrence.interaction.operation), occurrence.violation)


def _why_unmet(test: CheckedTest, case: ReplayedCase) -> str:
    """Why no request met a case."""
    if took := _took(test, case):
        return mocked.in_the_way(case.name or test.plan.case or "", took)
    unnamed = "" if case.name else test.unnamed
    template = messages.GONE if test.gone else messages.NOT_NAMED if unnamed else messages.NOT_APPLICABLE
    if not case.sent:
        template = messages.UNSENT
    name, sent = case.name or test.plan.case, ", ".join(test.record.tallies)
    text = template.format(case=name, operations=sent, operation=test.gone, named=unnamed)
    lacking = case.replay.schedule.lacking
    return text + (f": it takes {' or '.join(lacking)}" if lacking else "")


def _rank(judgement: Judgement) -> int:
    return WORST_FIRST.index(judgement.outcome) if judgement.outcome else len(WORST_FIRST)


def _errors_first(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    return sorted(occurrences, key=lambda one: one.violation.severity != "error")
