"""How a run ends: what fails it although each of its tests passed, and the exit code that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_customerio.reporting import inapplicable
from pytest_customerio.running import options, xdist

if TYPE_CHECKING:
    from pytest_customerio.core.settings import Settings
    from pytest_customerio.reporting.results import Results
    from pytest_customerio.running.mistakes import Mistakes


class Ending:
    """What is known of the whole run once its tests are over. `late_fails` says that a late request fails the run."""

    def __init__(self, config: pytest.Config, settings: Settings, results: Results, mistakes: Mistakes) -> None:
        self.nothing_checked = False
        self.late_fails = False
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
        heard = self._results.looked_at_something or xdist.is_worker(self._config)
        self.nothing_checked = whole and not heard
        untouched = whole and inapplicable.lines(self._results)
        drifted = green and self._results.drifted
        if self._settings.strict and (self.nothing_checked or untouched or drifted):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def was_stopped(session: pytest.Session) -> bool:
    """Whether the run ended before all of its tests had run."""
    ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    return bool(not ended or session.shouldstop or session.shouldfail)
