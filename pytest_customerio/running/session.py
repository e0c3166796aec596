"""One pytest session: hears and answers requests, judges tests, and remembers what was reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.recording.playing import PlayedRecordings, RecordingError, Recordings
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.allowances import allowances
from pytest_customerio.core.baseline import Draws, Known
from pytest_customerio.core.model import Interaction
from pytest_customerio.core.settings import RECORDINGS, Settings
from pytest_customerio.judging.ledger import Record
from pytest_customerio.process.call_sites import CallSite
from pytest_customerio.reporting.sentences import messages
from pytest_customerio.reporting.sentences.answered import answered_text
from pytest_customerio.running.checked.checked import CheckedTest, SessionParts
from pytest_customerio.running.checked.conclusion import FINE, Conclusion, Judge, of_texts
from pytest_customerio.running.checked.late import Late, LateRequests
from pytest_customerio.running.checked.reported import NOTHING, Unreported
from pytest_customerio.running.checked.unfinished import UnfinishedWork
from pytest_customerio.running.installation import Installation
from pytest_customerio.running.noted.code_of_tests import objects_of
from pytest_customerio.running.noted.leaks import LeakGuard
from pytest_customerio.running.noted.mocks import Mocks
from pytest_customerio.running.noted.seen import PhaseResults
from pytest_customerio.running.noted.shapes import Shapes
from pytest_customerio.running.planning.case_selection import CaseSelection
from pytest_customerio.running.planning.plan import Plan
from pytest_customerio.running.traffic import SessionTraffic

if TYPE_CHECKING:
    import pytest

    from pytest_customerio.running.checked.debugging import TestFrame
    from pytest_customerio.running.checked.replayed_case import ReplayedCase

Conclude = Callable[["CheckedTest", Unreported, Sequence["ReplayedCase"]], Conclusion]

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class Session:
    """Everything that is loaded and installed while tests are checked."""

    def __init__(
        self,
        settings: Settings,
        raises_class: type | None = None,
        recordings: Callable[[Path, Catalog], Recordings] = PlayedRecordings,
        known: Known | None = None,
    ) -> None:
        self.settings = settings
        self.known = known
        self.catalog = Catalog.load(hosts=settings.hosts)
        self.cassettes = Cassettes(self.catalog, settings.cassettes)
        if settings.cassettes:
            self.cassettes.load()
        self.contract = Contract(self.catalog, settings.schemas, settings.region, settings.plan)
        self.selection = CaseSelection(self.catalog, self.cassettes, lambda: self.contract.rules)
        rules = self.contract.rules if settings.allow_lines else ()
        self.allow = tuple(map(self.selection.ini_allowance, allowances(settings.allow_lines, rules)))
        site = CallSite(settings.rootdir, known.functions if known is not None else None)
        self._leaks = LeakGuard(site)
        self.test_frame = _test_frame(self._leaks, site) if settings.debugger else None
        sent_from = (self.test_frame or self._leaks.written).sent_from
        self._traffic = SessionTraffic(self.catalog, self.cassettes, sent_from, everywhere=settings.contract)
        self._mocks = Mocks(self._traffic, site, sent_from, self.catalog)
        self._installation = Installation(self._traffic, self._mocks, self._leaks.written, self.catalog.concerns)
        self.judge = Judge(strict=settings.strict, replaced=self._installation.replaced)
        self._unfinished = UnfinishedWork(self._traffic.ownership)
        self.recordings = recordings(settings.rootdir / RECORDINGS, self.catalog)
        self._shapes = Shapes()
        self._results = PhaseResults(self.catalog, self.cassettes, self._shapes, detailed=settings.detailed)
        self._late = LateRequests(self.identified)
        self.parts = self._parts(raises_class, site)

    def _parts(self, raises_class: type | None, site: CallSite) -> SessionParts:
        """What each test needs of this session."""
        return SessionParts(
            cassettes=self.cassettes,
            selection=self.selection,
            record=self.record,
            identified=self.identified,
            note_late=self._late.note,
            places=lambda: self._installation.places,
            raises_class=raises_class,
            is_project=site.is_project,
            ownership=self._traffic.ownership,
            region=self.settings.region,
        )

    def prepare(self, plans: Iterable[Plan]) -> None:
        """Import vcrpy and what replays errors if one of these tests plays a cassette.

        Mocks that test modules put into clients when they were imported are put aside meanwhile.
        """
        if any(plan.checked and self._plays(plan) for plan in plans):
            from pytest_customerio.running.checked import replayed_case  # noqa: F401

            with self._installation.without_mocks():
                self.cassettes.prepare()

    def _plays(self, plan: Plan) -> bool:
        """Whether an answer may come out of vcrpy: a case may be replayed, or the test has a recording."""
        return plan.case is not None or plan.keep or self.recordings.plays(plan.nodeid)

    def open(self, *, for_good: bool = False) -> None:
        """Install the guard and the clients' modules. No mock may be active: it would be taken for the original.

        The guard may be armed `for_good`: until the process ends.
        """
        self.contract.prepare()
        self.cassettes.load()
        self._installation.open(self.cassettes.quiet(), self.recordings.opened(), for_good=for_good)

    def close(self) -> None:
        """Remove everything that was installed."""
        self._installation.close()

    def begin(self, plan: Plan, item: pytest.Item | None = None) -> CheckedTest:
        """A test starts."""
        test = self._traffic.ownership.test = CheckedTest(self.parts, plan, self.record(plan))
        self._mocks.begin(item)
        self._leaks.begin(test)
        test.recording = self.recordings.of(plan.nodeid) if plan.checked and not plan.unreported else None
        return test

    def record(self, plan: Plan) -> Record:
        """A new record of what a test sends."""
        carry, allow = self._leaks.carried, (*self.allow, *plan.allow)
        judge = self._shapes.noting(self.contract.judge, plan, allow)
        draws = Draws(self.known) if self.known is not None else None
        return Record(
            plan.nodeid, judge, allow, keep=plan.keep, carry=carry, case=plan.case, note=self._results.note, draws=draws
        )

    def end(self) -> None:
        """The test is over, if one was running."""
        test = self._traffic.ownership.test
        self._traffic.ownership.end()
        self._leaks.written.end()
        if test is not None:
            test.close()

    def late(self) -> list[dict[str, Any]]:
        """The requests that left after their test, as values that xdist can send: rows, text, and whether it fails."""
        return [self._report_late(one) for one in self._late]

    def _report_late(self, late: Late) -> dict[str, Any]:
        test = late.test
        test.settle()
        text = self._conclude(self.judge.wrong, test, ()).text
        lines = messages.late_lines(test.plan.nodeid, late.requests) + ["", *text.splitlines()] * bool(text)
        return {**self.report_results(test), "lines": lines, "fails": bool(text), "needed": sorted(test.record.needed)}

    def begin_call(self, test: CheckedTest, item: pytest.Item | None = None) -> str:
        """The call phase starts: the case of a `cio_errors` item is at work from here.

        Returns the mistake that prevents it, or an empty text.
        """
        self._traffic.ownership.begin_call()
        self._mocks.begin_call(item)
        test.values = partial(objects_of, item)
        if test.mocked is not None:
            test.mocked.built = ""  # a client that a fixture built may be one that every test has
        self.listen()
        if test.plan.case is not None and test.plan.errors is not None:
            if test.current is not None:
                given = test.current.name
                test.drop_replays()
                return f"{test.plan.nodeid}: cio_errors: {given} is at work already"
            self.begin_case(test)
        return ""

    def listen(self) -> None:
        """Listen to the streams that stand there now: pytest captures the output in a stream for each phase."""
        self._leaks.written.listen()

    def begin_case(self, test: CheckedTest) -> None:
        """Put the case of a `cio_errors` item to work."""
        case, mark = test.plan.case, test.plan.errors
        if case is not None and mark is not None:
            test.begin_replay(self.selection.cases(case), mark)

    async def finish_tasks(self) -> None:
        """Wait for the tasks of the running loop; `end_call` waits for those of loops that do not run."""
        test = self._traffic.ownership.test
        if test is not None and test.is_waited_for:
            await self._unfinished.finish_tasks_here()

    def end_call(self, test: CheckedTest, raised: BaseException | None) -> Conclusion:
        """The call phase is over: judge the test, and report what is wrong."""
        if test.plan.checked:
            self._unfinished.settle(replayed=test.is_waited_for)
        self._mocks.end_call()
        conclusion = FINE if test.is_quiet else self._conclude(self.judge.conclusion, test, self._ended(test, raised))
        test.passed = raised is None and not (conclusion.text or conclusion.skip)
        test.skipped = conclusion.skip
        return conclusion

    def _ended(self, test: CheckedTest, raised: BaseException | None) -> list[ReplayedCase]:
        """A phase is over: judge all that was noted in it. Returns the cases that no request met."""
        unmet = test.end_replays(raised)
        self._mocks.settle(test, raised)
        test.settle()
        self._leaks.judge(test, raised)
        return unmet

    def _conclude(self, conclude: Conclude, test: CheckedTest, unmet: Sequence[ReplayedCase]) -> Conclusion:
        """The conclusion about what is wrong with a test and was not reported yet; from here on it is reported."""
        news = self.judge.unreported(test)
        conclusion = conclude(test, news, unmet)
        if news is not NOTHING:
            test.reported.add(news)
        return conclusion

    def beside(self, test: CheckedTest, conclusion: Conclusion) -> Conclusion:
        """What stands beside a failure of the test's own: what is wrong besides, and what the plugin answered."""
        past_fakes = test.mocked is not None and test.mocked.past_fakes
        answers = answered_text(test.answered, replayed=test.latest is not None, past_fakes=past_fakes)
        return replace(conclusion, text="\n\n".join(filter(None, (conclusion.text, answers))))

    def settle(self, test: CheckedTest) -> Conclusion:
        """Setup failed, or teardown is over: what was sent there is judged too."""
        wrong = FINE if test.is_quiet else self._conclude(self.judge.wrong, test, self._ended(test, None))
        unsaved = self._saved(test, wrong.text)
        return wrong.and_(of_texts([unsaved], test.plan.case)) if unsaved else wrong

    def _saved(self, test: CheckedTest, text: str) -> str:
        """Write the recording of a test that passed; what is wrong with that."""
        try:
            if test.recording is not None:
                test.recording.save(passed=test.passed and not text)
        except RecordingError as error:
            return str(error)
        return ""

    def report_results(self, test: CheckedTest) -> dict[str, Any]:
        """What a test adds to the results of the run."""
        return self._results.of(test)

    def identified(self, interaction: Interaction) -> Interaction:
        """The interaction with its operation."""
        return replace(interaction, operation=self.contract.operation(interaction))


def _test_frame(leaks: LeakGuard, site: CallSite) -> TestFrame:
    from pytest_customerio.running.checked.debugging import TestFrame

    return TestFrame(leaks.written.sent_from, site.is_project)
