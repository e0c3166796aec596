"""How the latest phase of a test ended, and how the report of the phase shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pytest_customerio.reporting.sentences import causes
from pytest_customerio.running.blocks import add_section
from pytest_customerio.running.checked.conclusion import FINE, Conclusion
from pytest_customerio.running.checked.tracebacks import leave_out_libraries

if TYPE_CHECKING:
    import pytest

    from pytest_customerio.running.checked.checked import CheckedTest


class PhaseEnd:
    """The end of one phase: our conclusion, or a failure of the test's own with what stands beside it.

    `whole_tracebacks` says that the tracebacks of undeclared exceptions show libraries too.
    """

    def __init__(self, whole_tracebacks: Callable[[], bool] = bool) -> None:
        self._whole_tracebacks = whole_tracebacks
        self._failed_with = ""
        self._conclusion: Conclusion | None = None
        self._beside, self._wrong_beside = FINE, ""

    def note(self, conclusion: Conclusion) -> None:
        """The phase ends with our conclusion."""
        self._failed_with, self._conclusion = conclusion.text, conclusion

    def put_beside(self, conclusion: Conclusion, shown: Conclusion | None = None) -> None:
        """The phase ends with a failure of the test's own; our text stands in it, or `shown`, which says more."""
        self._conclusion, self._beside, self._wrong_beside = FINE, shown or conclusion, conclusion.text

    def show(self, report: pytest.TestReport, test: CheckedTest) -> bool:
        """Show it in the report of the phase. Returns False where the phase ended for a reason of the test's own."""
        if self._failed_with:
            self._shorten_to_headline(report)
        conclusion = self._conclusion
        if not report.passed:
            self._add_headline(report)
            if conclusion is not None:
                self._add_cause(report, test, conclusion)
        self._conclusion, self._beside, self._wrong_beside = None, FINE, ""
        return report.passed or (conclusion is not None and bool(conclusion.cause))

    def _shorten_to_headline(self, report: pytest.TestReport) -> None:
        """Leave the first line of our failure for the short summary: with CI set, pytest would show all of it.

        The failure lies at the test, as `--tb=line` shows it, and not at the line of ours that raises it.
        """
        crash: Any = getattr(report.longrepr, "reprcrash", None)
        if crash is not None and crash.message.endswith(self._failed_with):
            path, line, _ = report.location
            crash.message = crash.message.partition("\n")[0]
            crash.path, crash.lineno = path, (line or 0) + 1

    def _add_headline(self, report: pytest.TestReport) -> None:
        """Say what of the failure is ours, in its first line."""
        said = (self._conclusion.text if self._conclusion is not None else "") or self._wrong_beside
        if said and report.failed:
            report.cio_headline = said.partition("\n")[0]  # type: ignore[attr-defined]

    def _add_cause(self, report: pytest.TestReport, test: CheckedTest, conclusion: Conclusion) -> None:
        """Say what makes this failure, or skip, the same as that of another item of the function."""
        plan, beside, cause = test.plan, self._beside, conclusion.cause
        if beside.text:
            add_section(report, beside.text)
        if report.failed and not cause and (beside.cause or plan.case):
            crash: Any = getattr(report.longrepr, "reprcrash", None)
            place, message = (f"{crash.path}:{crash.lineno}", crash.message) if crash else ("", str(report.longrepr))
            cause = causes.of_failure(place, message, plan.case, beside.cause)
        if causes.is_undeclared(cause) and not self._whole_tracebacks():
            leave_out_libraries(report.longrepr, test.session.is_project)
        if cause and plan.name:
            report.cio_cause = {  # type: ignore[attr-defined]
                "function": plan.function,
                "name": plan.name,
                "index": plan.index,
                "cause": cause,
                "section": beside.cause,
            }
