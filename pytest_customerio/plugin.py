"""pytest's hooks and fixtures; each hands over at once. Imports nothing but pytest and the standard library."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    import responses

    from pytest_customerio.contract.catalog import Catalog
    from pytest_customerio.core.model import ErrorCase
    from pytest_customerio.running.cio import Cio
    from pytest_customerio.running.phases import Phases
    from pytest_customerio.running.run import Run
    from pytest_customerio.tools.record.new_recordings import NewRecordings
    from pytest_customerio.tools.sandbox.fixture import Sandbox

RUN: pytest.StashKey[Run] = pytest.StashKey()
INI = ("cio_contract", "cio_region", "cio_schemas", "cio_cassettes", "cio_allow", "cio_hosts")
FIXTURES = ("cio", "cio_error", "cio_responses")
MARKS = {
    "cio_contract": "check every request of this test to Customer.io against its contract.",
    "cio_errors(*cases, operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)": (
        "run this test once for each error that Customer.io or the network can answer."
    ),
    "cio_allow(rule, where=None, reason=...)": "this rule may be broken here.",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options and ini settings."""
    group = parser.getgroup("customer.io", "Customer.io contract")
    group.addoption(
        "--cio-contract", action="store_true", help="check every request to Customer.io; nothing leaves the machine"
    )
    group.addoption("--cio-strict", action="store_true", help="warnings fail tests too")
    group.addoption(
        "--cio-record", action="store_true", help="record what a sandbox answers, test by test, in cassettes/"
    )
    group.addoption(
        "--cio-report", action="append", default=[], metavar="FILE", help="write the verdicts; kind by suffix: .json"
    )
    parser.addini("cio_contract", "check every test, as with --cio-contract", type="bool", default=False)
    parser.addini("cio_region", "where the workspace is: us or eu", default="")
    parser.addini("cio_schemas", "folders with contracts of your own", type="paths", default=[])
    parser.addini("cio_cassettes", "folders with cassettes of your own", type="paths", default=[])
    parser.addini("cio_allow", "rules that may be broken: RULE [WHERE] [: reason]", type="linelist", default=[])
    parser.addini("cio_hosts", "further base URLs that lead to Customer.io", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and look at the settings where anything asks for us."""
    for mark, text in MARKS.items():
        config.addinivalue_line("markers", f"{mark}: {text}")
    config.pluginmanager.register(_Reports(config), "customerio-reports")
    asked = any(config.getoption(name) for name in ("--cio-contract", "--cio-record", "--cio-report"))
    if asked or any(_ini(config, n) for n in INI):
        _run(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """With --cio-contract everything is in place before the first test module is imported."""
    run = session.config.stash.get(RUN, None)
    if run is not None and run.everywhere:
        run.open()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A `cio_errors` test runs once per case."""
    mark = metafunc.definition.get_closest_marker("cio_errors")
    if mark is not None:
        cases = _run(metafunc.config).cases(metafunc.definition.nodeid, mark.args, mark.kwargs)
        if cases:
            metafunc.fixturenames.append("_cio_case")
            metafunc.parametrize("_cio_case", cases)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So does a `cio_errors` method of a unittest.TestCase."""
    report = yield
    if getattr(collector, "nofuncargs", False) and any(_marked(item) for item in report.result):
        from pytest_customerio.running.unittest import expand

        expand(report, _run(collector.config).cases)
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks are checked before any test runs."""
    run = config.stash.get(RUN, None)
    if run is None and any(_concerned(item) for item in items):
        run = _run(config)
    if run is not None:
        run.plan(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Install what is needed, at the last quiet moment: no mock of any test is active."""
    run = session.config.stash.get(RUN, None)
    if run is not None and run.wanted and not session.config.getoption("collectonly", default=False):
        run.open()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test ends, whatever comes of it."""
    phases = _phases(item)
    if phases is None:
        return (yield)
    try:
        return (yield)
    finally:
        phases.end()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """A test begins, or begins again."""
    phases = _phases(item)
    return (yield) if phases is None else (yield from phases.setup(item))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judge at the end of the call phase; inside pytest's capture, so that leaks into the output are seen."""
    phases = _phases(item)
    return (yield) if phases is None else (yield from phases.call(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Judge what fixtures sent while they were taken down."""
    phases = _phases(item)
    return (yield) if phases is None else (yield from phases.teardown(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The verdicts travel with the test's report, through xdist too."""
    report = yield
    phases = _phases(item)
    if phases is not None:
        phases.attach(report)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whatever was installed is taken away."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.close()


@pytest.fixture
def cio(request: pytest.FixtureRequest) -> Cio:
    """This test's Customer.io: what was sent, and what became of a payload that met an error."""
    return _run(request.config).fixture()


@pytest.fixture
def cio_error(request: pytest.FixtureRequest) -> ErrorCase | None:
    """The error case that a `cio_errors` test runs in; None in any other test."""
    return _run(request.config).error()


@pytest.fixture
def cio_responses(request: pytest.FixtureRequest) -> Iterator[responses.RequestsMock]:
    """A `responses.RequestsMock` that knows Customer.io's documented success answers; add to it what you like."""
    with _run(request.config).responses() as mock:
        yield mock


@pytest.fixture(scope="session")
def _cio_sandbox() -> Iterator[Callable[[], Sandbox]]:
    try:
        from pytest_customerio.tools.sandbox.fixture import started
    except ModuleNotFoundError as error:
        pytest.fail(f"cio_sandbox: pip install 'pytest-customerio[sandbox]' ({error.name} is missing)", pytrace=False)
    with started() as fresh:
        yield fresh


@pytest.fixture
def cio_sandbox(_cio_sandbox: Callable[[], Sandbox]) -> Sandbox:
    """A local Customer.io for applications in any process and language; it knows nothing when a test begins."""
    return _cio_sandbox()


class _Reports:
    """Gathers what the tests' reports carry, in the process that prints: with xdist that is not the one that ran
    them.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Verdicts arrive here, whichever worker ran the test."""
        verdicts: dict[str, Any] | None = getattr(report, "cio", None)
        if recorded := getattr(report, "cio_recorded", None):
            _run(self.config).report.add_recorded(*recorded)
        if verdicts is not None:
            _run(self.config).report.add(verdicts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """A worker of pytest-xdist is done; a usage error that it found ends the run here; what left late is told."""
        from pytest_customerio.running import xdist

        if mistake := xdist.told(node):
            _run(self.config).told(mistake)
        if late := xdist.late(node):
            _run(self.config).add_late(late)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report files."""
        run = self.config.stash.get(RUN, None)
        if run is not None:
            run.finish(session)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table at the end."""
        run = self.config.stash.get(RUN, None)
        if run is not None:
            run.summarise(terminalreporter)


def _run(config: pytest.Config) -> Run:
    if RUN not in config.stash:
        from pytest_customerio.running.run import Run

        config.stash[RUN] = Run(config, _new_recordings)
    return config.stash[RUN]


def _new_recordings(folder: Path, catalog: Catalog) -> NewRecordings:
    """What makes the recordings of a run with --cio-record; without it nothing of `tools/` is imported."""
    from pytest_customerio.tools.record.new_recordings import NewRecordings

    return NewRecordings(folder, catalog)


def _phases(item: pytest.Item) -> Phases | None:
    run = item.config.stash.get(RUN, None)
    return run.phases if run is not None else None


def _ini(config: pytest.Config, name: str) -> bool:
    try:
        return bool(config.getini(name))
    except (TypeError, ValueError, pytest.UsageError):
        return True


def _marked(item: pytest.Item | pytest.Collector) -> bool:
    return item.get_closest_marker("cio_errors") is not None


def _concerned(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("cio_contract", "cio_errors", "cio_allow")):
        return True
    names = [name for name in FIXTURES if name in getattr(item, "fixturenames", ())]
    if not names:
        return False
    from pytest_customerio.running.options import asks_for

    return any(asks_for(item, name) for name in names)
