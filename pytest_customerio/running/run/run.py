"""One pytest run: hands pytest's items to the session, and reports what the session found to pytest."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.core.settings import Settings
from pytest_customerio.reporting import kinds
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.summary import summary
from pytest_customerio.running import options, xdist
from pytest_customerio.running.allowances import NEEDED
from pytest_customerio.running.blocks import Blocks
from pytest_customerio.running.mistakes import Mistakes
from pytest_customerio.running.planning.planning import Planning
from pytest_customerio.running.planning.unittest import case_of
from pytest_customerio.running.run.about import about
from pytest_customerio.running.run.ending import Ending, was_stopped
from pytest_customerio.running.run.notes import Notes
from pytest_customerio.running.run.program import is_program
from pytest_customerio.running.run.received import Received

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_customerio.cassettes.recording.playing import Recordings
    from pytest_customerio.contract.catalog.catalog import Catalog
    from pytest_customerio.contract.contract import Judged
    from pytest_customerio.core.model import Interaction
    from pytest_customerio.running.phases import Phases
    from pytest_customerio.running.run.baseline import Baseline
    from pytest_customerio.running.session import Session


class Run:
    """One pytest run. The session, which loads everything that is heavy, is made when a test needs it.

    `new_recordings` imports the class that makes recordings. It is called with `--cio-record` only.
    """

    def __init__(
        self,
        config: pytest.Config,
        new_recordings: Callable[[], Callable[[Path, Catalog], Recordings]],
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = config
        self.mistakes = Mistakes(config)
        self.blocks = Blocks()
        self.phases: Phases | None = None
        self._new_recordings = new_recordings
        self._alone = is_program(sys._getframe())
        self._begin(options.checked(config, lambda: options.read(config, given)))

    def _begin(self, settings: Settings) -> None:
        """Begin the run with these settings."""
        self.settings = settings
        self.results = Results(strict=settings.strict, gate=settings.gate)
        self.notes = Notes(self.config, settings)
        self.ending = Ending(self.config, settings, self.results, self.mistakes)
        self.baseline = _baseline(self.config, settings)
        self.received = Received(
            self.results,
            self.notes,
            self.ending,
            self.mistakes,
            self.blocks,
            self.baseline,
            is_worker=xdist.is_worker(self.config),
        )
        self.planning = Planning(
            self.config, self.mistakes, lambda: self.session.selection, everywhere=settings.contract
        )
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session, loaded at the first use; broken data of the user is a usage error."""
        if self._session is None:
            self._session = options.checked(self.config, self._load)
        return self._session

    def plan(self, items: list[pytest.Item]) -> None:
        """Read the marks of every test; a mistake in one ends the run before it starts."""
        left_out = self.planning.read(items)
        if self.baseline is not None:
            self.baseline.leave_out(left_out)
        for plan in self.planning.plans.values():
            self.notes.marks.add(plan)
        if self.planning.wanted and xdist.is_worker(self.config):
            self.mistakes.noted(lambda: self.session)  # before it is too late to send its mistake
        self.mistakes.end_collection(items)

    def protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test that runs once for each operation that it sends; None for any other."""
        if self.phases is None or case_of(item) is None or self.config.getoption("setuponly", default=False):
            return None
        return self.planning.protocol(self.phases, item, nextitem)

    def confirm(self) -> None:
        """The whole command line is read. A `conftest.py` may have changed it: what is open then is opened anew."""
        settings = options.checked(self.config, lambda: options.read(self.config))
        if settings != self.settings:
            self.close()
            self._begin(settings)
        if settings.contract:
            self.open()

    def open(self) -> None:
        """Install the guard and the clients' modules, once; once tests are collected, load what their answers need."""
        session = self.mistakes.noted(lambda: self.session) if xdist.is_worker(self.config) else self.session
        if session is not None:
            session.prepare(self.planning.plans.values())
        if session is not None and self.phases is None:
            from pytest_customerio.running.phases import Phases

            self.phases = Phases(
                session,
                self.planning.of,
                with_properties=lambda: self._writes_xml,
                whole_tracebacks=partial(options.shows_whole_tracebacks, self.config),
                each=self.protocol,
            )
            session.open(for_good=self._alone and self.settings.contract)

    def watch(self) -> None:
        """Have pytest call the hooks around the phases of each test: all plugins and `conftest.py` are loaded now."""
        if self.phases is not None and not self.config.pluginmanager.is_registered(self.phases):
            self.config.pluginmanager.register(self.phases, "customerio-phases")

    @cached_property
    def _writes_xml(self) -> bool:
        """Whether pytest writes JUnit XML. The gate is open before this option is read."""
        return bool(self.config.getoption("xmlpath", default=None))

    def close(self) -> None:
        """Remove everything that was installed."""
        if self.phases is not None:
            self.phases.session.close()
            if self.config.pluginmanager.is_registered(self.phases):
                self.config.pluginmanager.unregister(self.phases)
        self.phases = None

    def note_sandbox(self, judged: Callable[[], Iterable[tuple[Interaction, Judged]]]) -> None:
        """Note that the running test uses `cio_sandbox`, and what is judged there. A worker tells its controller."""
        self.ending.uses_sandbox = True
        test = self.phases.test if self.phases is not None else None
        if test is not None and test.plan.checked:
            test.elsewhere = judged
        if xdist.is_worker(self.config):
            xdist.send_sandbox(self.config)

    def finish(self, session: pytest.Session) -> None:
        """Collect what is late, write what the run leaves behind, and set the exit code."""
        if xdist.is_worker(self.config) and not self.mistakes.text:
            xdist.send(self.config, self.phases.session.late() if self.phases is not None else (), self.notes.marks)
        elif self.phases is not None:
            self.received.late(self.phases.session.late())
        if self.baseline is not None and xdist.is_worker(self.config):
            xdist.send_baseline(self.config, self.baseline.values())
        self.results.required = self.ending.required
        if self.ending.is_reported:
            self._conclude_shapes(stopped=was_stopped(session))
            self.results.about = about(self.config, stopped=was_stopped(session))
            if self.baseline is not None:
                self.baseline.finish(self.results, session.exitstatus, self.mistakes)
            self._write()
            self.planning.remember(self.results.sent, self.results.gone)
        self.ending.decide(session)
        if self.phases is not None:
            self._warn_of_missing_parts()
        self.notes.end(stopped=was_stopped(session))

    def _write(self) -> None:
        """Write each --cio-report file; in a workflow of GitHub Actions show the problems in the changed files too."""
        for problem in kinds.write_reports(self.settings.reports, self.results, self.config.invocation_params.dir):
            self.mistakes.fail(problem)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            from pytest_customerio.reporting.formats.annotations import show

            show(self.results, os.environ.get("GITHUB_WORKSPACE", ""))

    def _conclude_shapes(self, *, stopped: bool) -> None:
        """Report the call sites that disagree on a type, and keep for the command `plan` what was sent."""
        from pytest_customerio.running.noted.shapes import conclude

        whole = not stopped and options.whole(self.config)
        mark = {} if self.baseline is None else {"mark": self.baseline.marked}
        needed = conclude(self.config, self.results, **mark, keep=self.settings.contract, whole=whole)
        self.notes.allowances.add(dict.fromkeys(needed, NEEDED))

    def _warn_of_missing_parts(self) -> None:
        """Warn of the parts that installed libraries lack, whatever filters there are: a filter may raise errors."""
        from pytest_customerio.clients import patched

        for text in patched.warnings():
            self.warn(text)

    def warn(self, text: str, nodeid: str = "") -> None:
        """Add a warning to those of pytest, whatever filters there are."""
        warning = pytest.PytestWarning(text)
        shown = warnings.WarningMessage(warning, pytest.PytestWarning, "pytest-customerio", 0)
        call = {"warning_message": shown, "when": "runtest", "nodeid": nodeid, "location": None}
        self.config.hook.pytest_warning_recorded.call_historic(kwargs=call)

    def summarise(self, terminal: pytest.TerminalReporter) -> None:
        """Print the summary; where every test was to be checked, none failed and nothing was heard, say so."""
        if self.mistakes.late:
            terminal.line(f"ERROR: {self.mistakes.late}", red=True)
        wanted = self.planning.wanted
        notes = self.notes.lines(terminal.stats, self.results.rows, wanted=wanted)
        shown = summary(self.results, [*notes, *(self.baseline.lines if self.baseline is not None else ())])
        shown += self.ending.lines
        shown += ["", *self.ending.minimum][not shown :] if self.ending.minimum else []
        if shown:
            terminal.section("customer.io")
            for text in shown:
                terminal.line(text, red=text.startswith("FAIL "))

    def _load(self) -> Session:
        from pytest_customerio.running.session import Session

        recordings = {"recordings": self._new_recordings()} if self.settings.record else {}
        known = self.baseline.known if self.baseline is not None else None
        raises_class = getattr(pytest, "RaisesExc", None)
        return Session(self.settings, raises_class=raises_class, known=known, **recordings)


def _baseline(config: pytest.Config, settings: Settings) -> Baseline | None:
    """The baseline of a run that has one."""
    if settings.baseline is None:
        return None
    from pytest_customerio.running.run.baseline import Baseline

    return Baseline(config, settings, settings.baseline)
