"""One pytest session: hear, answer, judge, remember."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.clients import registry
from pytest_customerio.clients.mocks.notes import Place
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.model import Interaction
from pytest_customerio.core.settings import Settings, SettingsError, allowances
from pytest_customerio.judging.ledger import Record
from pytest_customerio.process import guard
from pytest_customerio.process.call_sites import CallSite
from pytest_customerio.process.patching import Patches
from pytest_customerio.reporting import messages
from pytest_customerio.reporting.report import payload
from pytest_customerio.running.case_selection import CaseSelection
from pytest_customerio.running.conclusion import Conclusion, Judge, verdicts
from pytest_customerio.running.late import Late
from pytest_customerio.running.mocks import Mocks, judging
from pytest_customerio.running.test import CheckedTest, Plan
from pytest_customerio.running.traffic import SessionTraffic, now
from pytest_customerio.running.unfinished import UnfinishedWork
from pytest_customerio.tools.record.tape import FOLDER, TapeError, Tapes
from pytest_customerio.tools.target import TargetError, chosen, own

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class Session:
    """All that is loaded and installed while tests are checked."""

    def __init__(self, settings: Settings, raises_class: type | None = None, monkeypatch: type | None = None) -> None:
        self.settings = settings
        self.raises_class = raises_class
        self.catalog = Catalog.load(hosts=settings.hosts)
        self.cassettes = Cassettes(self.catalog, settings.cassettes)
        if settings.cassettes:
            self._read_answers()
        self.contract = Contract(self.catalog, settings.schemas, settings.region)
        self.selection = CaseSelection(self.catalog, self.cassettes)
        self.judge = Judge(strict=settings.strict)
        self.allow = allowances(settings.allow_lines, self.contract.rules)
        site = CallSite(settings.rootdir)
        self._traffic = SessionTraffic(self.catalog, self.cassettes, site.sent_from, everywhere=settings.contract)
        traffic, concerns = self._traffic, self.catalog.concerns
        place = Place(traffic.notes, site.sent_from, now, concerns, site.is_project, traffic.replaying)
        self.mocks = Mocks(place)
        self._monkeypatch = monkeypatch
        self._unfinished = UnfinishedWork(self._traffic.ownership)
        self._stack = ExitStack()
        self.tapes = self._tapes()
        self._reported: set[str] = set()
        self._late: dict[int, Late] = {}

    def open(self) -> None:
        """Install guard, taps and answers; call it where no mock is active."""
        self.cassettes.prepare()
        self.contract.prepare()
        self._read_answers()
        self._stack.enter_context(self.cassettes.quiet())
        if self.settings.record and self.tapes.target is None:
            self.tapes.target = self._stack.enter_context(own(os.environ))
        self._stack.callback(guard.arm(self._traffic, self._traffic.refusal))
        self._stack.callback(registry.install(self._traffic))
        self._stack.enter_context(self.mocks.heard(self.raises_class, self._monkeypatch))
        started = Patches()
        self._traffic.ownership.watch(started)
        self._stack.callback(started.undo)

    def close(self) -> None:
        """Take away all that was installed."""
        self._stack.close()

    def begin(self, plan: Plan) -> CheckedTest:
        """A test starts."""
        test = self._traffic.ownership.test = CheckedTest(self, plan, self.record(plan))
        test.tape = self.tapes.tape(plan.nodeid) if plan.checked else None
        return test

    def record(self, plan: Plan) -> Record:
        """Where it is noted what a test sends."""
        return Record(plan.nodeid, judging(self.contract.judge), (*self.allow, *plan.allow), keep=plan.keep)

    def end(self) -> None:
        """The test is over, if there was one."""
        test = self._traffic.ownership.test
        self._traffic.ownership.end()
        if test is not None:
            test.close()

    def note_late(self, test: CheckedTest, interaction: Interaction) -> None:
        """A request left after its test was over."""
        self.identify(interaction)
        self._late.setdefault(id(test), Late(test)).note(interaction)

    def late(self) -> list[dict[str, Any]]:
        """What left after its test was over, test by test, plain enough for xdist: rows, text, and whether it fails."""
        return [self._told_late(one) for one in self._late.values()]

    def _told_late(self, late: Late) -> dict[str, Any]:
        test = late.test
        test.record.settle()
        broken = self.judge.text(test, ())
        lines = messages.late_lines(test.plan.nodeid, late.requests) + ["", *broken.splitlines()] * bool(broken)
        rows = verdicts(test)
        applicable = self.applicable(verdict.operation for verdict in rows)
        return {**payload(rows, applicable), "lines": lines, "fails": bool(broken)}

    def begin_call(self, test: CheckedTest) -> str:
        """The call phase starts: the case of a `cio_errors` item is at work from here. Gives back what keeps it from
        that.
        """
        self._traffic.ownership.begin_call()
        if test.plan.case is not None and test.plan.errors is not None:
            if test.replay is not None:
                given = test.replay.by_hand
                test.drop_replays()
                return f"{test.plan.nodeid}: cio_errors: {given} is at work already"
            test.begin_replay(self.selection.cases(test.plan.case), test.plan.errors)
        return ""

    async def finish_tasks(self) -> None:
        """Wait for the tasks of the running loop, as `end_call` does for those of loops that stand still."""
        test = self._traffic.ownership.test
        if test is not None and test.replay is not None:
            await self._unfinished.finish_tasks_here()

    def end_call(self, test: CheckedTest, raised: BaseException | None) -> Conclusion:
        """The call phase is over: what becomes of the test, as far as we are concerned."""
        if test.plan.checked:
            self._unfinished.settle(replayed=test.replay is not None)
        unmet = test.end_replays(raised)
        self.mocks.settle(test, raised)
        test.record.settle()
        ruling = self.judge.ruling(test, unmet)
        test.passed = raised is None and not (ruling.text or ruling.skip)
        return ruling

    def settle(self, test: CheckedTest) -> Conclusion:
        """Setup failed, or teardown is over: what was sent there is judged too."""
        unmet = test.end_replays(None)
        self.mocks.settle(test, None)
        test.record.settle()
        text = self.judge.text(test, unmet)
        return Conclusion("\n\n".join(filter(None, (text, self._saved(test, text)))))

    def _saved(self, test: CheckedTest, text: str) -> str:
        """Write the recording of a test that passed; what is wrong with that."""
        try:
            if test.tape is not None:
                test.tape.save(passed=test.passed and not text)
        except TapeError as error:
            return str(error)
        return ""

    def applicable(self, operations: Iterable[str]) -> dict[str, list[str]]:
        """The case ids that apply to each operation not told yet."""
        new = [name for name in operations if name in self.catalog.operations and name not in self._reported]
        self._reported.update(new)
        return {name: sorted(self.cassettes.applying(name)) for name in new}

    def identify(self, interaction: Interaction) -> None:
        """Name the operation of an interaction."""
        if interaction.operation is None:
            interaction.operation = self.contract.operation(interaction)

    def _tapes(self) -> Tapes:
        """The recordings of tests; with --cio-record a target that may be asked is chosen now."""
        tapes = Tapes(self.settings.rootdir / FOLDER, self.catalog)
        if self.settings.record:
            try:
                tapes.target = chosen(os.environ, self.catalog)
            except TargetError as error:
                raise SettingsError(f"--cio-record: {error}") from None
        return tapes

    def _read_answers(self) -> None:
        """Read everything now: a corrupt file ends the run before it starts, and a test may replace paths and files."""
        self.cassettes.cases()
        for operation in self.catalog.operations:
            self.cassettes.success(operation)
