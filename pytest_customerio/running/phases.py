"""The phases of one test: each ends with a judgement, which fails the test if it has no failure of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.replay.endless import GaveUp
from pytest_customerio.reporting.formats.junit import properties
from pytest_customerio.running.allowances import states
from pytest_customerio.running.checked.conclusion import Conclusion, of_texts, verdicts
from pytest_customerio.running.checked.examples import each_example
from pytest_customerio.running.checked.expected import expects_failure
from pytest_customerio.running.phase_end import PhaseEnd

if TYPE_CHECKING:
    from pytest_customerio.cassettes.recording.playing import Recording
    from pytest_customerio.running.checked.checked import CheckedTest
    from pytest_customerio.running.planning.plan import Plan
    from pytest_customerio.running.session import Session


Each = Callable[[pytest.Item, "pytest.Item | None"], "bool | None"]


class Phases:
    """pytest's hooks around the phases of each test, while the session is open: registered as a plugin of pytest.

    `with_properties` says whether the run writes JUnit XML, which has properties of each test. `whole_tracebacks` says
    that those of undeclared exceptions show libraries too. `each` runs an item of a test that runs once for each
    operation that it sends.
    """

    def __init__(
        self,
        session: Session,
        plan: Callable[[pytest.Item], Plan],
        *,
        with_properties: Callable[[], bool] = bool,
        whole_tracebacks: Callable[[], bool] = bool,
        each: Each = lambda item, nextitem: None,
    ) -> None:
        self.session = session
        self._with_properties = with_properties
        self.test: CheckedTest | None = None
        self._plan = plan
        self._each = each
        self._fresh = False
        self._end = PhaseEnd(whole_tracebacks)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Around all phases: the test ends, also if its protocol crashes."""
        try:
            return (yield)
        finally:
            self.end()

    @pytest.hookimpl(tryfirst=True, specname="pytest_runtest_protocol")
    def pytest_customerio_each(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test of `cio_errors(operations="each")` once for each operation that it sends."""
        return self._each(item, nextitem)

    def end(self) -> None:
        """The test is over, if one was running."""
        self.test = None
        self.session.end()

    def sent(self) -> tuple[str, ...]:
        """The operations that the running test sent so far, in order."""
        return tuple(self.test.record.tallies) if self.test is not None else ()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around setup. A test that is run again begins anew here."""
        # Hidden in each wrapper, not in the module: with no frame left, pytest would add that to a failure of ours.
        __tracebackhide__ = True
        test = self.test = self.session.begin(self._plan(item), item)
        try:
            return (yield)
        except BaseException as error:
            if not isinstance(error, pytest.skip.Exception):
                self._end.put_beside(self._settled(test))
            raise

    @pytest.hookimpl(tryfirst=True, specname="pytest_runtest_setup")
    def pytest_customerio_listen(self) -> None:
        """Setup begins, inside pytest's capture: leaks into the output of fixtures are seen from here."""
        self.session.listen()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around the call phase: the test fails with our text if it has no failure of its own.

        Inside pytest's capture: leaks into the output are seen here.
        """
        __tracebackhide__ = True
        test = self.test
        if test is None:
            return (yield)
        if mistake := self.session.begin_call(test, item):
            self._carry_out(of_texts([mistake], test.plan.nodeid))
        if self.session.known is not None and expects_failure(item):
            test.knows_nothing()
        if test.plan.checked:
            _before_the_loop_ends(item, self.session.finish_tasks)
        try:
            with each_example(getattr(item, "obj", None), test, lambda: self.session.begin_case(test)):
                result = yield
        except BaseException as error:
            conclusion = self._judged(test, None if _met_by_the_collector(error) else error)
            if self._own(test, error, conclusion):
                raise
            result = None
        else:
            # pytest's TestCaseFunction collects the failures of a unittest method here instead of raising them
            # (private; all releases of pytest that we support). Without it such failures would be reported twice.
            failures = getattr(item, "_excinfo", None) or []
            raised = failures[-1].value if failures else None
            conclusion = self._judged(test, raised)
            if raised is not None and self._own(test, raised, conclusion):
                return result
            failures.clear()
        self._carry_out(conclusion)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Around teardown: what fixtures sent while they were taken down is judged too."""
        __tracebackhide__ = True
        test = self.test
        if test is None:
            return (yield)
        try:
            result = yield
        except BaseException:
            self._end.put_beside(self._settled(test))
            raise
        self._carry_out(self._settled(test))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the verdicts into the test's report, which pytest-xdist sends from worker to controller."""
        report = yield
        self.attach(report)
        return report

    def attach(self, report: pytest.TestReport) -> None:
        """Put the verdicts into the report of the phase that made them."""
        test = self.test
        if test is None:
            return
        ended = self._end.show(report, test)
        self._add_ended(report, test, ended=ended)
        if test.recording is not None:
            _attach_recording(report, test.plan.nodeid, test.recording)
        if self._fresh and report.when != "setup" and (test.record.heard or test.mocked or test.used):
            report.cio = self.session.report_results(test)  # type: ignore[attr-defined]
            self._fresh = False

    def _add_ended(self, report: pytest.TestReport, test: CheckedTest, *, ended: bool) -> None:
        """Say what is known once a phase is over: JUnit's properties, the allowances, what counts for the baseline."""
        plan, when = test.plan, report.when or ""
        if when == "teardown" and self._with_properties():
            report.user_properties.extend(properties(verdicts(test)))
        if (plan.allow or test.record.needed) and (said := states(test, when, ended=ended)):
            report.cio_allowances = said  # type: ignore[attr-defined]
        if self.session.known is not None and (when == "call" or (when == "setup" and not ended)):
            report.cio_ended = [plan.function, ended and plan.checked]  # type: ignore[attr-defined]

    def _carry_out(self, conclusion: Conclusion) -> None:
        self._end.note(conclusion)
        if conclusion.text:
            frame = self.session.test_frame
            error = pytest.fail.Exception(conclusion.text, pytrace=False)
            raise error.with_traceback(frame.take()) if frame is not None else error
        if conclusion.skip:
            raise pytest.skip.Exception(conclusion.skip, _use_item_location=True)

    def _judged(self, test: CheckedTest, raised: BaseException | None) -> Conclusion:
        """Judge the call phase."""
        self._fresh = True
        return self.session.end_call(test, raised)

    def _own(self, test: CheckedTest, raised: BaseException, conclusion: Conclusion) -> bool:
        """Whether the test ends with this exception of its own; our text becomes a part of its failure then."""
        # GaveUp is our own stop of an endless retry. A skip must not hide a violation that was found before it.
        theirs = not isinstance(raised, GaveUp | pytest.skip.Exception)
        if (conclusion.skip or conclusion.blocked) and isinstance(raised, AssertionError | pytest.fail.Exception):
            return False  # the test expected an error that cannot happen to what it sends, or that a mock kept away
        if test.declared(raised) or (not theirs and conclusion.text and test.record.heard):
            return False
        self._end.put_beside(conclusion, self.session.beside(test, conclusion) if theirs else None)
        return True

    def _settled(self, test: CheckedTest) -> Conclusion:
        """Judge what was sent since the previous phase."""
        heard = test.record.heard
        conclusion = self.session.settle(test)
        self._fresh = self._fresh or test.record.heard > heard or bool(conclusion.text)
        return conclusion


def _met_by_the_collector(error: BaseException) -> bool:
    """Whether pytest raises it for what the garbage collector met: the application did not let it out.

    With warnings as errors, pytest ends the call phase with these, such as for a database of an earlier test that was
    not closed, which Python warns of from 3.13 on.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(map(_met_by_the_collector, error.exceptions))
    return isinstance(error, pytest.PytestUnraisableExceptionWarning)


def _before_the_loop_ends(item: pytest.Item, finish: Callable[[], Awaitable[None]]) -> None:
    """An IsolatedAsyncioTestCase cancels its tasks and closes its loop in the call phase: its last clean-up waits."""
    add = getattr(getattr(item, "instance", None), "addAsyncCleanup", None)
    if add is not None:
        add(finish)


def _attach_recording(report: Any, nodeid: str, recording: Recording) -> None:
    """Put what was recorded, or how the test differs from its recording, into the report, once."""
    if recording.written:
        report.cio_recorded, recording.written = list(recording.written), None
    if recording.compared is not None:
        compared, recording.compared = recording.compared, None
        report.cio_compared = [nodeid, compared._asdict()]
