"""One pytest run: hands pytest's items to the session, and reports what the session found to pytest."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core import settings
from pytest_customerio.core.allowances import Allowance, mark_allowance
from pytest_customerio.core.model import ErrorCase
from pytest_customerio.core.settings import ErrorsMark, SettingsError
from pytest_customerio.process.recognition import code_of
from pytest_customerio.reporting import inapplicable
from pytest_customerio.reporting.files import write
from pytest_customerio.reporting.kinds import document
from pytest_customerio.reporting.messages import NOTHING_CHECKED
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.summary import summary
from pytest_customerio.running import options, xdist
from pytest_customerio.running.allowances import NEEDED
from pytest_customerio.running.blocks import Blocks
from pytest_customerio.running.notes import Notes
from pytest_customerio.running.program import is_program
from pytest_customerio.running.unittest import case_of, function_of, key_of, operation_of

if TYPE_CHECKING:
    from pathlib import Path

    import responses

    from pytest_customerio.cassettes.recording.playing import Recordings
    from pytest_customerio.contract.catalog import Catalog
    from pytest_customerio.running.cio import Cio
    from pytest_customerio.running.each import Each
    from pytest_customerio.running.phases import Phases
    from pytest_customerio.running.session import Session
    from pytest_customerio.running.test import Plan

NO_CASES = "only what is marked in its source runs once per case, and no pytest.param does; there, use cio.replay(case)"
T = TypeVar("T")


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
        self._new_recordings = new_recordings
        self._alone = is_program(sys._getframe())
        self.settings = options.checked(config, lambda: options.read(config, given))
        self.results = Results(strict=self.settings.strict)
        self.blocks = Blocks()
        self.notes = Notes(config, self.settings)
        self.wanted = False
        self.mistake = ""
        self.phases: Phases | None = None
        self._mistake_late = ""
        self._late_fails = False
        self._nothing_checked = False
        self._session: Session | None = None
        self._plans: dict[str, Plan] = {}

    @property
    def session(self) -> Session:
        """The session, loaded at the first use; broken data of the user is a usage error."""
        if self._session is None:
            self._session = options.checked(self.config, self._load)
        return self._session

    def cases(self, nodeid: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[str, ...]:
        """The ids of the cases that a `cio_errors` mark asks for; none where the mark cannot be used."""
        selection, given = self.session.selection, f"{nodeid}: cio_errors"
        found = self._noted(lambda: selection.marked_cases(given, args, kwargs)) or ()
        each = bool(found) and selection.errors_mark(given, args, kwargs).each
        return self.each.words(nodeid, found) if each else found

    def parametrize(self, metafunc: pytest.Metafunc, mark: pytest.Mark) -> None:
        """Make one item per case of a test that is marked `cio_errors`."""
        cases = self.cases(metafunc.definition.nodeid, mark.args, mark.kwargs)
        if cases:
            metafunc.fixturenames.append("_cio_case")
            metafunc.parametrize("_cio_case", cases)

    def plan(self, items: list[pytest.Item]) -> None:
        """Read every test's marks; a mistake in one ends the run before it starts."""
        for item in list(items):
            plan = None if self.mistake else self._noted(lambda: self._plan(item))  # noqa: B023 - called at once
            if plan is not None and plan.key and not self.each.is_wanted(plan.key, plan.case or "", plan.operation):
                items.remove(item)
            elif plan is not None:
                self._plans[item.nodeid] = plan
                self.wanted = self.wanted or plan.checked
                self.notes.marks.add(plan)
        if self.wanted and xdist.is_worker(self.config):
            self._noted(lambda: self.session)  # before it is too late to send its mistake
        if self.mistake and not xdist.is_worker(self.config):
            raise pytest.UsageError(self.mistake)
        if self.mistake:  # a worker that raises crashes: it runs no test, and sends the reason
            xdist.send_mistake(self.config, self.mistake)
            items.clear()

    @cached_property
    def each(self) -> Each:
        """The tests that run once for each operation that they send."""
        from pytest_customerio.running.each import Each

        return Each(self.config, self.session.selection.applies)

    def protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test that runs once for each operation that it sends; None for any other."""
        if self.phases is None or case_of(item) is None or self.config.getoption("setuponly", default=False):
            return None
        # Before pytest 9.1, `--dist loadgroup` of pytest-xdist adds the group to the node id once tests are planned.
        plan = self._plans[item.nodeid] = self._plans.get(item.nodeid) or self._plan(item)
        if not plan.key:
            return None
        return self.each.run(self.phases, self._plans, item, nextitem)

    def confirm(self) -> None:
        """The whole command line is read. A `conftest.py` may have changed it: what is open then is opened anew."""
        settings = options.checked(self.config, lambda: options.read(self.config))
        if settings != self.settings:
            self.close()
            self.settings, self.results, self._session = settings, Results(strict=settings.strict), None
            self.notes = Notes(self.config, settings)
        if settings.contract:
            self.open()

    def open(self) -> None:
        """Install the guard and the clients' modules, once; once tests are collected, load what their answers need."""
        session = self._noted(lambda: self.session) if xdist.is_worker(self.config) else self.session
        if session is not None:
            session.prepare(self._plans.values())
        if session is not None and self.phases is None:
            from pytest_customerio.running.phases import Phases

            self.phases = Phases(session, lambda item: self._plans.get(item.nodeid) or self._plan(item))
            session.open(for_good=self._alone and self.settings.contract)

    def close(self) -> None:
        """Remove everything that was installed."""
        if self.phases is not None:
            self.phases.session.close()
        self.phases = None

    def fixture(self) -> Cio:
        """What the `cio` fixture gives."""
        from pytest_customerio.running.cio import Cio

        test = self.phases.test if self.phases is not None else None
        if test is None or not test.plan.keep:
            pytest.fail("cio: name it in the arguments of the test or of a fixture, or in usefixtures", pytrace=False)
        return Cio(test, self._note_mistake, self._warn)

    def error(self) -> ErrorCase | None:
        """What the `cio_error` fixture gives."""
        test = self.phases.test if self.phases is not None else None
        if test is None or test.plan.case is None:
            return None
        wanted = {name.partition(".")[0] for name in (test.plan.errors.operations if test.plan.errors else ())}
        found = self.session.selection.cases(test.plan.case)
        fitting = [surface for surface in found if not wanted or surface in wanted]
        # What the test will send is not known yet; most tests send to Track.
        return found[min(fitting, key=lambda surface: not surface.startswith("track"))] if fitting else None

    def responses(self) -> responses.RequestsMock:
        """What the `cio_responses` fixture gives."""
        from pytest_customerio.clients.responses import requests_mock

        return requests_mock(self.session.catalog)

    def fail(self, mistake: str) -> None:
        """Fail the run because of a mistake of the user that became known only after tests ran, such as one in a
        worker.
        """
        self.mistake = self._mistake_late = self._mistake_late or mistake

    def _note_mistake(self, mistake: str) -> None:
        """Note a mistake in a call of the `cio` fixture: the run ends with the exit code of a usage error."""
        self.fail(mistake)
        if xdist.is_worker(self.config):  # pragma: no cover - no test reaches it yet
            xdist.send_mistake(self.config, self.mistake)

    def add_late(self, late: Iterable[Mapping[str, Any]]) -> None:
        """Add the requests that left after their test was over, in this process or in a worker."""
        for one in late:
            self.results.add_late(one)
            self._late_fails = self._late_fails or bool(one["fails"])
            self.notes.allowances.add(dict.fromkeys(one.get("needed", ()), NEEDED))

    def finish(self, session: pytest.Session) -> None:
        """Write each --cio-report file, unless no test was to run; a late request that violates its contract fails."""
        if xdist.is_worker(self.config) and not self.mistake:
            xdist.send(self.config, self.phases.session.late() if self.phases is not None else (), self.notes.marks)
        elif self.phases is not None:
            self.add_late(self.phases.session.late())
        if self._late_fails and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if not (xdist.is_worker(self.config) or self.mistake or self.config.getoption("collectonly", default=False)):
            for path in self.settings.reports:
                try:
                    write(path, document(path, self.results))
                except OSError as error:
                    self.fail(f"--cio-report: {path} cannot be written: {error.strerror}")
            self._remember()
        if self._mistake_late:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self.phases is not None:
            self._warn_of_missing_parts()
        ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        stopped = not ended or session.shouldstop or session.shouldfail
        self.notes.end(stopped=bool(stopped))
        heard = self.results.looked_at_something or xdist.is_worker(self.config)  # the controller knows of all workers
        green = self.settings.contract and session.exitstatus == pytest.ExitCode.OK
        self._nothing_checked = green and not (heard or options.selected(self.config))
        untouched = green and not options.selected(self.config) and inapplicable.lines(self.results)
        drifted = session.exitstatus == pytest.ExitCode.OK and self.results.drifted
        if self.settings.strict and (self._nothing_checked or untouched or drifted):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _remember(self) -> None:
        """Keep for the next run what tests sent that run once for each of their operations."""
        if self.results.sent:
            from pytest_customerio.running.each import remember

            remember(self.config, self.results.sent, self.results.gone)

    def _warn_of_missing_parts(self) -> None:
        """Warn of the parts that installed libraries lack, whatever filters there are: a filter may raise errors."""
        from pytest_customerio.clients import patched

        for text in patched.warnings():
            self._warn(text)

    def _warn(self, text: str, nodeid: str = "") -> None:
        warning = pytest.PytestWarning(text)
        shown = warnings.WarningMessage(warning, pytest.PytestWarning, "pytest-customerio", 0)
        call = {"warning_message": shown, "when": "runtest", "nodeid": nodeid, "location": None}
        self.config.hook.pytest_warning_recorded.call_historic(kwargs=call)

    def summarise(self, terminal: pytest.TerminalReporter) -> None:
        """Print the summary; where every test was to be checked, none failed and nothing was heard, say so."""
        if self._mistake_late:
            terminal.line(f"ERROR: {self._mistake_late}", red=True)
        shown = summary(self.results, self.notes.lines(terminal.stats, self.results.rows, wanted=self.wanted))
        shown += NOTHING_CHECKED.splitlines() if self._nothing_checked else []
        if shown:
            terminal.section("customer.io")
            for text in shown:
                terminal.line(text)

    def _load(self) -> Session:
        from pytest_customerio.running.session import Session

        recordings = {"recordings": self._new_recordings()} if self.settings.record else {}
        return Session(self.settings, raises_class=getattr(pytest, "RaisesExc", None), **recordings)

    def _plan(self, item: pytest.Item) -> Plan:
        from pytest_customerio.running.test import Plan

        options.refuse_marks(item)
        settings.contract_mark(item.nodeid, item.iter_markers("cio_contract"))
        errors = item.get_closest_marker("cio_errors")
        if errors is not None and case_of(item) is None:
            raise SettingsError(f"{item.nodeid}: cio_errors: {NO_CASES}")
        asked = self._asked(item, errors) if errors is not None else None
        function = function_of(item)
        return Plan(
            nodeid=item.nodeid,
            function=function,
            index=len(self._plans),
            checked=self.settings.contract
            or errors is not None
            or item.get_closest_marker("cio_contract") is not None
            or any(options.asks_for(item, name) for name in ("cio", "cio_error", "cio_responses")),
            allow=tuple(
                self._allowance(item.nodeid, mark, node.nodeid if node is not item else function)
                for node, mark in item.iter_markers_with_node("cio_allow")
            ),
            errors=asked,
            code=code_of(getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))),
            key=key_of(item) if asked is not None and asked.each else "",
            case=case_of(item),
            keep=options.asks_for(item, "cio"),
        )

    def _asked(self, item: pytest.Item, mark: pytest.Mark) -> ErrorsMark:
        """What a mark asks for; in an item that is for one operation, that operation."""
        asked = self.session.selection.errors_mark(f"{item.nodeid}: cio_errors", mark.args, mark.kwargs)
        operation = operation_of(item)
        return replace(asked, operations=(operation,)) if operation else asked

    def _allowance(self, nodeid: str, mark: pytest.Mark, place: str) -> Allowance:
        found = mark_allowance(nodeid, mark.args, mark.kwargs, vocabulary(), place)
        if not (found.cases or found.operations):
            return found
        return self.session.selection.allowance(f"{nodeid}: cio_allow", found)

    def _noted(self, make: Callable[[], T]) -> T | None:
        """What `make` returns; a mistake of the user is noted instead, and raised when all tests are collected."""
        try:
            return options.checked(self.config, make)
        except pytest.UsageError as error:
            self.mistake = self.mistake or str(error)
            return None
