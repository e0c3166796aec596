"""How a run ends: what fails it although each of its tests passed, and the exit code that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_customerio.reporting.minimum import NOT_ASKED, minimum
from pytest_customerio.reporting.sentences import inapplicable
from pytest_customerio.reporting.sentences.messages import JUDGED_THERE, NOTHING_CHECKED
from pytest_customerio.running import options, xdist
from pytest_customerio.running.run.notes import is_planless

if TYPE_CHECKING:
    from pytest_customerio.core.settings import Settings
    from pytest_customerio.reporting.results import Results
    from pytest_customerio.running.mistakes import Mistakes

# How a run ends that came to its end.
_ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


class Ending:
    """What is known of the whole run once its tests are over.

    `late_fails` says that a late request fails the run. `minimum` is what the summary says about the minimum.
    `uses_sandbox` says that a test used `cio_sandbox`, which judges by itself what it receives.
    """

    def __init__(self, config: pytest.Config, settings: Settings, results: Results, mistakes: Mistakes) -> None:
        self.nothing_checked = False
        self.late_fails = False
        self.uses_sandbox = False
        self.minimum: list[str] = []
        self._config = config
        self._settings = settings
        self._results = results
        self._mistakes = mistakes

    @property
    def is_reported(self) -> bool:
        """Whether this process reports the run: no worker does, and no run that was not to run a test."""
        collect_only = self._config.getoption("collectonly", default=False)
        return not (xdist.is_worker(self._config) or self._mistakes.text or collect_only)

    def decide(self, session: pytest.Session) -> None:
        """Set the exit code: for a mistake of the user, for late requests, and for what fails with --cio-strict."""
        if self.late_fails and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._mistakes.late:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        green = session.exitstatus == pytest.ExitCode.OK
        whole = green and self._settings.contract and not options.selected(self._config)
        # The controller of pytest-xdist knows what all workers heard.
        heard = self._results.looked_at_something or self.uses_sandbox or xdist.is_worker(self._config)
        self.nothing_checked = whole and not heard
        untouched = whole and inapplicable.lines(self._results)
        drifted = green and (self._results.drifted or self._results.conflicting)
        planless = whole and is_planless(self._settings)
        if self._settings.strict and (self.nothing_checked or untouched or drifted or planless):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._settings.fail_under is not None and self.is_reported and session.exitstatus in _ENDED:
            self._ask_for_the_minimum(session)

    @property
    def lines(self) -> list[str]:
        """What the summary says where this run judged nothing itself."""
        found = [JUDGED_THERE] * self.uses_sandbox
        return found + (NOTHING_CHECKED.splitlines() if self.nothing_checked else [])

    @property
    def required(self) -> float | None:
        """The minimum that this run has to reach, if any. One of the ini is not asked of a run that selects tests."""
        given = self._config.getoption("cio_fail_under", default=None) is not None
        every = self._settings.contract and not options.selected(self._config)
        return self._settings.fail_under if given or every else None

    def _ask_for_the_minimum(self, session: pytest.Session) -> None:
        """Fail a run that ends below the minimum."""
        found = minimum(self._results)
        not_asked = [NOT_ASKED.format(required=self._settings.fail_under)] * self._settings.contract
        self.minimum = not_asked if found.required is None else found.lines()
        if not found.is_reached:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def was_stopped(session: pytest.Session) -> bool:
    """Whether the run ended before all of its tests had run."""
    ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    return bool(not ended or session.shouldstop or session.shouldfail)
