"""One pytest session: hear, answer, judge, remember."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from pytest_customerio import guard, messages, taps
from pytest_customerio.cassettes import Cassettes
from pytest_customerio.catalog import Catalog
from pytest_customerio.contract import Contract
from pytest_customerio.data import UnknownNameError
from pytest_customerio.ledger import Finding, Record, Tally
from pytest_customerio.line import SessionLine
from pytest_customerio.messages import Handled
from pytest_customerio.model import ErrorCase, Interaction, Outcome, Verdict, Violation
from pytest_customerio.replay import Replay
from pytest_customerio.settings import (
    ErrorsMark,
    Settings,
    SettingsError,
    allowances,
    errors_mark,
    nearest,
)
from pytest_customerio.taps.calls import CallSite
from pytest_customerio.trial import Plan, Ruling, Trial

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# From best to worst; a test's verdict on an operation is the worst of its payloads.
WORST_FIRST: tuple[Outcome, ...] = ("lost", "reported", "deferred", "raised", "recovered")


class Session:
    """All that is loaded and installed while tests are checked."""

    def __init__(self, settings: Settings, raises_class: type | None = None) -> None:
        self.settings = settings
        self.raises_class = raises_class
        self.catalog = Catalog.load(hosts=settings.hosts)
        self.cassettes = Cassettes(self.catalog, settings.cassettes)
        if settings.cassettes:
            self._read_answers()
        self.contract = Contract(self.catalog, settings.schemas, settings.region)
        self.allow = allowances(settings.allow_lines, self.contract.rules)
        sent_from = CallSite(settings.rootdir).sent_from
        self._line = SessionLine(self.catalog, self.cassettes, sent_from, everywhere=settings.contract)
        self._stack = ExitStack()
        self._reported: set[str] = set()

    def open(self) -> None:
        """Install guard, taps and answers; call it where no mock is active."""
        self.cassettes.prepare()
        self.contract.prepare()
        self._read_answers()
        self._stack.enter_context(self.cassettes.quiet())
        self._stack.callback(guard.arm(self._line, self._line.refusal))
        self._stack.callback(taps.install(self._line))

    def close(self) -> None:
        """Take away all that was installed."""
        self._stack.close()

    def begin(self, plan: Plan) -> Trial:
        """A test starts."""
        record = Record(plan.nodeid, self.contract.judge, (*self.allow, *plan.allow), keep=plan.keep)
        test = self._line.test = Trial(self, plan, record)
        return test

    def end(self) -> None:
        """The test is over, if there was one."""
        test, self._line.test = self._line.test, None
        if test is not None:
            test.leave_replay(None)
            if test.latest_replay is not None:
                test.latest_replay.clock.heal()

    def begin_call(self, test: Trial) -> str:
        """The call phase starts: the case of a `cio_errors` item is at work from here. Gives back what keeps it from
        that.
        """
        if test.plan.case is not None and test.plan.errors is not None:
            if test.replay is not None:
                given = test.replay.by_hand
                test.drop_replays()
                return f"{test.plan.nodeid}: cio_errors: {given} is at work already"
            test.begin_replay(self.cases(test.plan.case), test.plan.errors)
        return ""

    def end_call(self, test: Trial, raised: BaseException | None) -> Ruling:
        """The call phase is over: what becomes of the test, as far as we are concerned."""
        unmet = test.end_replays(raised)
        test.record.settle()
        text = self._text(test, unmet)
        if text or not unmet:
            return Ruling(text)
        if not test.record.heard:
            return Ruling(messages.NOTHING_SENT)
        return Ruling(skip=self._unmet(test, unmet[0]))

    def settle(self, test: Trial) -> Ruling:
        """Setup failed, or teardown is over: what was sent there is judged too."""
        unmet = test.end_replays(None)
        test.record.settle()
        return Ruling(self._text(test, unmet))

    def verdicts(self, test: Trial) -> list[Verdict]:
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

    def applicable(self, operations: Iterable[str]) -> dict[str, list[str]]:
        """The case ids that apply to each operation not told yet."""
        new = [name for name in operations if name in self.catalog.operations and name not in self._reported]
        self._reported.update(new)
        return {name: sorted(self.cassettes.applying(name)) for name in new}

    def identify(self, interaction: Interaction) -> None:
        """Name the operation of an interaction."""
        if interaction.operation is None:
            interaction.operation = self.contract.operation(interaction)

    def cases(self, case_id: str) -> dict[str, ErrorCase]:
        """One case on every surface that has it."""
        found = {surface: self.cassettes.case(case_id, surface) for surface in self.catalog.surfaces}
        return {surface: case for surface, case in found.items() if case is not None}

    def one_case(self, given: str, word: str) -> dict[str, ErrorCase]:
        """The case that a test names by hand; a transient one lasts for ever unless `times` or the id says so."""
        ids = self.case_ids(given, (word,))
        lasting = [one for one in ids if not one.endswith("-recovers")] or list(ids)
        return self.cases(word if word in ids else lasting[0])

    def marked_cases(self, given: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[str, ...]:
        """The ids of the cases that a `cio_errors` mark asks for."""
        mark = self.errors_mark(given, args, kwargs)
        ids = self.case_ids(given, mark.cases, mark.except_for)
        if not ids:
            raise SettingsError(f"{given}: except_for={mark.except_for!r} leaves no case")
        return ids

    def case_ids(self, given: str, words: Sequence[str], except_for: Sequence[str] = ()) -> tuple[str, ...]:
        """The ids that these words name, all without words, less `except_for`; `given` says where they stand."""
        wanted = self._found(given, words) if words else list(self.cassettes.case_ids)
        excluded = set(self._found(given, except_for))
        return tuple(one for one in dict.fromkeys(wanted) if one not in excluded)

    def errors_mark(self, given: str, args: Sequence[object], kwargs: Mapping[str, object]) -> ErrorsMark:
        """A checked `cio_errors` mark, the operations in it known."""
        mark = errors_mark(given, args, kwargs)
        for name in mark.operations:
            if name not in self.catalog.operations:
                near = nearest(name, self.catalog.operations)
                raise SettingsError(f"{given}: operations={name!r}: there is no such operation{near}")
        return mark

    def _found(self, given: str, words: Iterable[str]) -> list[str]:
        ids: list[str] = []
        for word in words:
            try:
                ids += self.cassettes.find(word)
            except UnknownNameError as error:
                near = f" (did you mean {error.nearest}?)" if error.nearest else ""
                raise SettingsError(f"{given}: {word!r} is no error case{near}") from None
        return ids

    def _read_answers(self) -> None:
        """Read everything now: a corrupt file ends the run before it starts, and a test may replace paths and files."""
        self.cassettes.cases()
        for operation in self.catalog.operations:
            self.cassettes.success(operation)

    def _text(self, test: Trial, unmet: Iterable[Replay]) -> str:
        new = [f for tally in test.record.tallies.values() for f in tally.findings.values() if self._fails(f.violation)]
        new = [f for f in new if _key(f) not in test.told]
        test.told.update(_key(f) for f in new)
        full = any(tally.full for tally in test.record.tallies.values())
        blocks = [messages.contract_text(_ordered(new), full=full)] if new else []
        blocks += [messages.handling_text(alike[0], payloads=len(alike)) for alike in self._mishandled(test)]
        refused, test.refused = test.refused, []
        blocks += list(dict.fromkeys(refused))
        blocks += [self._unmet(test, replay) for replay in unmet if replay.by_hand]
        return "\n\n".join(blocks)

    def _mishandled(self, test: Trial) -> list[list[Handled]]:
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
        return violation.severity == "error" or (violation.severity == "warning" and self.settings.strict)

    def _unmet(self, test: Trial, replay: Replay) -> str:
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
