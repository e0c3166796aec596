"""One test's phases: judged at the end of each, with a failure of ours only where the test has none of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.judging.spacing import GaveUp
from pytest_customerio.reporting.report import payload
from pytest_customerio.running.conclusion import Conclusion, verdicts

if TYPE_CHECKING:
    from pytest_customerio.running.session import Session
    from pytest_customerio.running.test import CheckedTest, Plan

SECTION = "customer.io"


class Phases:
    """What pytest's hooks do around the phases of a test while the session is open."""

    def __init__(self, session: Session, plan: Callable[[pytest.Item], Plan]) -> None:
        self.session = session
        self.test: CheckedTest | None = None
        self._plan = plan
        self._fresh = False
        self._failed_with = ""

    def end(self) -> None:
        """The test is over."""
        self.test = None
        self.session.end()

    def setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around setup. A test that is run again begins anew here."""
        test = self.test = self.session.begin(self._plan(item))
        try:
            return (yield)
        except BaseException as error:
            if not isinstance(error, pytest.skip.Exception):
                _add_section(item, "setup", self._settled(test))
            raise

    def call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around the call phase: our failure only where the test has none of its own."""
        test = self.test
        if test is None:
            return (yield)
        if mistake := self.session.begin_call(test):
            pytest.fail(mistake, pytrace=False)
        if test.plan.checked:
            _before_the_loop_ends(item, self.session.finish_tasks)
        try:
            result = yield
        except BaseException as error:
            ruling = self._judged(test, error)
            if self._own(item, test, error, ruling):
                raise
            result = None
        else:
            kept = getattr(item, "_excinfo", None) or []  # unittest keeps failures there instead of raising them
            raised = kept[-1].value if kept else None
            ruling = self._judged(test, raised)
            if raised is not None and self._own(item, test, raised, ruling):
                return result
            kept.clear()
        self._carry_out(ruling)
        return result

    def teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around teardown."""
        test = self.test
        if test is None:
            return (yield)
        try:
            result = yield
        except BaseException:
            _add_section(item, "teardown", self._settled(test))
            raise
        self._carry_out(self._settled(test))
        return result

    def attach(self, report: pytest.TestReport) -> None:
        """Put the verdicts into the report of the phase that made them."""
        test = self.test
        self._keep_to_the_headline(report)
        if test is not None and test.recording is not None and test.recording.written:
            report.cio_recorded, test.recording.written = list(test.recording.written), None  # type: ignore[attr-defined]
        if test is None or report.when == "setup" or not (test.record.heard and self._fresh):
            return
        rows = verdicts(test)
        applicable = self.session.applicable(verdict.operation for verdict in rows)
        report.cio = payload(rows, applicable)  # type: ignore[attr-defined]
        self._fresh = False

    def _keep_to_the_headline(self, report: pytest.TestReport) -> None:
        """The first line is what short summaries are to show of a failure of ours: with CI set, pytest shows all."""
        crash: Any = getattr(report.longrepr, "reprcrash", None)
        if self._failed_with and crash is not None and crash.message.endswith(self._failed_with):
            crash.message = crash.message.partition("\n")[0]

    def _carry_out(self, ruling: Conclusion) -> None:
        self._failed_with = ruling.text
        if ruling.text:
            pytest.fail(ruling.text, pytrace=False)
        if ruling.skip:
            raise pytest.skip.Exception(ruling.skip, _use_item_location=True)

    def _judged(self, test: CheckedTest, raised: BaseException | None) -> Conclusion:
        """Judge the call phase."""
        self._fresh = True
        return self.session.end_call(test, raised)

    def _own(self, item: pytest.Item, test: CheckedTest, raised: BaseException, ruling: Conclusion) -> bool:
        """Whether the test ends for this reason of its own, which then gains our section."""
        # Our own stop of an endless loop, and a skip after the harm was done, are no reasons to keep.
        theirs = not isinstance(raised, GaveUp | pytest.skip.Exception)
        if ruling.skip and isinstance(raised, AssertionError | pytest.fail.Exception):
            return False  # it expected an error that cannot happen to what it sends
        if test.declared(raised) or (not theirs and ruling.text and test.record.heard):
            return False
        _add_section(item, "call", ruling)
        return True

    def _settled(self, test: CheckedTest) -> Conclusion:
        """Judge what was sent since the phase before."""
        heard = test.record.heard
        ruling = self.session.settle(test)
        self._fresh = self._fresh or test.record.heard > heard or bool(ruling.text)
        return ruling


def _before_the_loop_ends(item: pytest.Item, finish: Callable[[], Awaitable[None]]) -> None:
    """An IsolatedAsyncioTestCase cancels its tasks with its loop, inside the call phase: its last clean-up waits."""
    add = getattr(getattr(item, "instance", None), "addAsyncCleanup", None)
    if add is not None:
        add(finish)


def _add_section(item: pytest.Item, phase: str, ruling: Conclusion) -> None:
    if ruling.text:
        item.add_report_section(phase, SECTION, ruling.text)
