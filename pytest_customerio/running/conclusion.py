"""What becomes of a test: the text that it fails with, the reason that it is skipped for, its rows in the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pytest_customerio.core.model import Outcome, Verdict, Violation
from pytest_customerio.judging.ledger import Finding, Tally
from pytest_customerio.replay.replay import Replay
from pytest_customerio.reporting import messages, mocked
from pytest_customerio.reporting.messages import Handled
from pytest_customerio.running.test import CheckedTest

# From worst to best; a test's verdict on an operation is the worst of its payloads.
WORST_FIRST: tuple[Outcome, ...] = ("lost", "reported", "deferred", "raised", "recovered")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What becomes of a test: the text it fails with, the reason it is skipped for, or neither."""

    text: str = ""
    skip: str = ""


class Judge:
    """Rules on tests; with `strict`, warnings fail too."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def ruling(self, test: CheckedTest, unmet: list[Replay]) -> Conclusion:
        """On the call phase; `unmet` are the replays that no request met."""
        text = self.text(test, unmet)
        if unmet and test.mocked.not_sent and test.record.heard == test.mocked.not_sent:
            return Conclusion(f"{messages.NOTHING_SENT}\n\n{text}".rstrip())
        if text or not unmet:
            return Conclusion(text)
        if not test.record.heard:
            return Conclusion(messages.NOTHING_SENT)
        if test.record.heard == test.mocked.answered.total():
            return Conclusion(mocked.in_the_way(test.plan.case or "", test.mocked.answered))
        return Conclusion(skip=_unmet(test, unmet[0]))

    def text(self, test: CheckedTest, unmet: Iterable[Replay]) -> str:
        """All that is wrong and not told yet; nothing where nothing is."""
        new = [f for tally in test.record.tallies.values() for f in tally.findings.values() if self._fails(f.violation)]
        new = [f for f in new if _key(f) not in test.told]
        test.told.update(_key(f) for f in new)
        full = any(tally.full for tally in test.record.tallies.values())
        blocks = [messages.contract_text(_ordered(new), full=full)] if new else []
        blocks += [messages.handling_text(alike[0], payloads=len(alike)) for alike in self._mishandled(test)]
        refused, test.refused = test.refused, []
        blocks += list(dict.fromkeys(refused))
        blocks += [_unmet(test, replay) for replay in unmet if replay.by_hand]
        return "\n\n".join(blocks)

    def _mishandled(self, test: CheckedTest) -> list[list[Handled]]:
        """What was handled badly and is not told yet: payloads that fared alike together."""
        groups: dict[tuple[str, str, str], list[Handled]] = {}
        for one in test.handled[test.judged :]:
            if any(self._fails(violation) for violation in one.violations):
                ordered = tuple(sorted(one.violations, key=lambda violation: not self._fails(violation)))
                rules = " ".join(violation.rule for violation in ordered)
                groups.setdefault((one.operation, one.case.id, rules), []).append(replace(one, violations=ordered))
        test.judged = len(test.handled)
        return list(groups.values())

    def _fails(self, violation: Violation) -> bool:
        return violation.severity == "error" or (violation.severity == "warning" and self._strict)


def verdicts(test: CheckedTest) -> list[Verdict]:
    """One verdict per operation, and case that it met, of the test so far."""
    nodeid, rows = test.plan.nodeid, []
    for name in dict.fromkeys([*test.record.tallies, *(one.operation for one in test.handled)]):
        tally = test.record.tallies.get(name, Tally(name))
        found = tuple(finding.violation for finding in tally.findings.values())
        cases: dict[str, list[Handled]] = {}
        for one in test.handled:
            if one.operation == name:
                cases.setdefault(one.case.id, []).append(one)
        if not cases:
            rows.append(Verdict(nodeid, name, None, None, tally.attempts, (), found))
        for case, met in cases.items():
            worst = min(met, key=_rank)
            broken = found + tuple(dict.fromkeys(violation for one in met for violation in one.violations))
            waits = tuple(worst.observation.waits)
            rows.append(Verdict(nodeid, name, case, worst.outcome, worst.attempts, waits, broken))
            found = ()  # told once
    return rows


def _unmet(test: CheckedTest, replay: Replay) -> str:
    """Why no request met a case."""
    heard = test.record.tallies
    applies = any(name in one.operations for one in replay.cases.values() for name in heard)
    template = messages.MOCKED if applies and not replay.attempts else messages.NOT_APPLICABLE
    if not replay.sent:
        template = messages.UNSENT
    return template.format(case=replay.by_hand or test.plan.case, operations=", ".join(heard))


def _rank(handled: Handled) -> int:
    return WORST_FIRST.index(handled.outcome) if handled.outcome else len(WORST_FIRST)


def _key(finding: Finding) -> tuple[str, str, str | None]:
    return (finding.violation.rule, finding.violation.where, finding.violation.sent_from)


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.violation.severity != "error")
