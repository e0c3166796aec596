"""One pytest run: hands pytest's items to the session, and the session's rulings to pytest."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from pytest_customerio import settings
from pytest_customerio.data import DataError
from pytest_customerio.model import ErrorCase
from pytest_customerio.report import Report, payload, write
from pytest_customerio.settings import Settings, SettingsError

if TYPE_CHECKING:
    import responses

    from pytest_customerio.cio import Cio
    from pytest_customerio.session import Session
    from pytest_customerio.trial import Plan, Ruling, Trial

SECTION = "customer.io"
T = TypeVar("T")


class Run:
    """What one pytest run wants of us. The session, with all that is heavy, is made when a test needs it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.settings = _usage(lambda: _settings(config))
        self.report = Report(strict=self.settings.strict)
        self.wanted = False
        self._session: Session | None = None
        self._opened = False
        self._plans: dict[str, Plan] = {}
        self._test: Trial | None = None
        self._fresh = False

    @property
    def everywhere(self) -> bool:
        """Whether every test is checked, in a process that runs tests."""
        return self.settings.contract and not _is_controller(self.config)

    @property
    def session(self) -> Session:
        """The session, loaded now if need be; broken data of the user is a usage error."""
        if self._session is None:
            self._session = _usage(self._load)
        return self._session

    def cases(self, nodeid: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[str, ...]:
        """The ids of the cases that a `cio_errors` mark asks for."""
        mark = _usage(lambda: self.session.errors_mark(nodeid, args, kwargs))
        given = f"{nodeid}: cio_errors"
        return _usage(lambda: self.session.case_ids(given, mark.cases, mark.except_for))

    def plan(self, items: Sequence[pytest.Item]) -> None:
        """Read every test's marks; a mistake in one ends the run before it starts."""
        for item in items:
            plan = _usage(lambda: self._plan(item))  # noqa: B023 - called at once
            self._plans[item.nodeid] = plan
            self.wanted = self.wanted or plan.checked

    def open(self) -> None:
        """Install guard, taps and answers, once."""
        if not self._opened:
            self._opened = True
            self.session.open()

    def close(self) -> None:
        """Take away what was installed."""
        if self._opened and self._session is not None:
            self._session.close()
        self._opened = False

    def begin(self, item: pytest.Item) -> None:
        """A test begins."""
        if self._opened:
            self._test = self.session.begin(self._plans.get(item.nodeid) or self._plan(item))

    def end(self) -> None:
        """The test is over."""
        if self._test is not None:
            self.session.end()
        self._test = None

    def call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around the call phase: our failure only where the test has none of its own."""
        test = self._test
        if test is None or not test.plan.checked:
            return (yield)
        self.session.begin_call(test)
        result: object = None
        try:
            result = yield
        except BaseException as error:
            ruling = self._rule(test, error)
            if not test.declared(error):
                _add_section(item, ruling)
                raise
        else:
            ruling = self._rule(test, None)
        if getattr(item, "_excinfo", None):  # unittest keeps a failure there instead of raising it
            _add_section(item, ruling)
            return result
        _carry_out(ruling)
        return result

    def teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around teardown."""
        test = self._test
        if test is None or not test.plan.checked:
            return (yield)
        result = yield
        heard = test.record.heard
        ruling = self.session.end_teardown(test)
        self._fresh = self._fresh or test.record.heard > heard or bool(ruling.text)
        _carry_out(ruling)
        return result

    def attach(self, report: pytest.TestReport) -> None:
        """Put the verdicts into the report of the phase that made them."""
        test = self._test
        if test is None or report.when == "setup" or not (test.record.heard and (report.when == "call" or self._fresh)):
            return
        verdicts = self.session.verdicts(test)
        applicable = self.session.applicable(verdict.operation for verdict in verdicts)
        report.cio = payload(verdicts, applicable)  # type: ignore[attr-defined]
        self._fresh = False

    def fixture(self) -> Cio:
        """What the `cio` fixture gives."""
        from pytest_customerio.cio import Cio

        assert self._test is not None
        return Cio(self._test)

    def error(self) -> ErrorCase | None:
        """What the `cio_error` fixture gives."""
        if self._test is None or self._test.plan.case is None:
            return None
        found = self.session.cases(self._test.plan.case)
        wanted = [
            name.partition(".")[0] for name in (self._test.plan.errors.operations if self._test.plan.errors else ())
        ]
        return next((case for surface, case in found.items() if not wanted or surface in wanted), None)

    def responses(self) -> responses.RequestsMock:
        """What the `cio_responses` fixture gives."""
        from pytest_customerio.mock import requests_mock

        return requests_mock(self.session.catalog, self.session.cassettes)

    def write_reports(self) -> None:
        """Write each --cio-report file."""
        if hasattr(self.config, "workerinput"):
            return
        for path in self.settings.reports:
            write(path, self.report.document())

    def summarise(self, terminal: pytest.TerminalReporter) -> None:
        """Print the table, unless nothing was heard."""
        lines = self.report.lines()
        if lines:
            terminal.section(SECTION)
            for line in lines:
                terminal.line(line)

    def _load(self) -> Session:
        from pytest_customerio.session import Session

        return Session(self.settings, raises_class=getattr(pytest, "RaisesExc", None))

    def _plan(self, item: pytest.Item) -> Plan:
        from pytest_customerio.trial import Plan

        names = getattr(item, "fixturenames", ())
        errors = item.get_closest_marker("cio_errors")
        return Plan(
            nodeid=item.nodeid,
            checked=self.settings.contract
            or errors is not None
            or item.get_closest_marker("cio_contract") is not None
            or any(name in names for name in ("cio", "cio_error", "cio_responses")),
            allow=tuple(
                settings.mark_allowance(item.nodeid, mark.args, mark.kwargs, self.session.contract.rules)
                for mark in item.iter_markers("cio_allow")
            ),
            errors=self.session.errors_mark(item.nodeid, errors.args, errors.kwargs) if errors else None,
            case=_case(item),
            keep="cio" in names,
        )

    def _rule(self, test: Trial, raised: BaseException | None) -> Ruling:
        self._fresh = True
        return self.session.end_call(test, raised)



def _settings(config: pytest.Config) -> Settings:
    return Settings(
        contract=bool(config.getoption("--cio-contract") or config.getini("cio_contract")),
        strict=bool(config.getoption("--cio-strict")),
        reports=tuple(
            settings.report_path(text, config.invocation_params.dir) for text in config.getoption("--cio-report")
        ),
        region=settings.region(config.getini("cio_region")),
        schemas=settings.folders("cio_schemas", config.getini("cio_schemas")),
        cassettes=settings.folders("cio_cassettes", config.getini("cio_cassettes")),
        hosts=settings.hosts(config.getini("cio_hosts")),
        rootdir=Path(config.rootpath),
        allow_lines=tuple(config.getini("cio_allow")),
    )


def _case(item: pytest.Item) -> str | None:
    spec = getattr(item, "callspec", None)
    return spec.params.get("_cio_case") if spec is not None else None


def _usage(make: Callable[[], T]) -> T:
    try:
        return make()
    except (SettingsError, DataError) as error:
        raise pytest.UsageError(str(error)) from None


def _add_section(item: pytest.Item, ruling: Ruling) -> None:
    if ruling.text:
        item.add_report_section("call", SECTION, ruling.text)


def _carry_out(ruling: Ruling) -> None:
    if ruling.text:
        pytest.fail(ruling.text, pytrace=False)
    if ruling.skip:
        raise pytest.skip.Exception(ruling.skip, _use_item_location=True)


def _is_controller(config: pytest.Config) -> bool:
    distributed = config.getoption("dist", default="no") != "no" and not hasattr(config, "workerinput")
    return bool(distributed and config.getoption("tx", default=None))
