"""Options, fixtures and pytest's hooks of a run: each calls a module of `running/`.

At start only pytest and Python's library load. The hooks around the phases of tests are those of `running/phases.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import responses

    from pytest_customerio.core.model import ErrorCase
    from pytest_customerio.running.checked.cio import Cio
    from pytest_customerio.running.run.run import Run
    from pytest_customerio.tools.record.new_recordings import NewRecordings
    from pytest_customerio.tools.sandbox.fixture import Sandbox

RUN: pytest.StashKey[Run] = pytest.StashKey()
FLAG: dict[str, Any] = {"action": "store_true"}
FILES: dict[str, Any] = {"action": "append", "default": [], "metavar": "FILE"}
OPTIONS = {
    "--cio-contract": ("check every request to Customer.io; nothing leaves the machine", FLAG),
    "--cio-strict": ("warnings fail tests too", FLAG),
    "--cio-record": ("record what a sandbox answers, test by test, in cassettes/", FLAG),
    "--cio-report": ("write the verdicts; kind by suffix: .json, .md, .html, .sarif", FILES),
    "--cio-fail-under": ("fail where less than PERCENT of the errors was met", {"metavar": "PERCENT"}),
    "--cio-baseline": ("violations that stand in FILE do not fail; new ones do", {"metavar": "FILE"}),
    "--cio-baseline-update": ("write the baseline: add what is new, drop what is mended", FLAG),
}
INI: dict[str, tuple[Any, Any, str]] = {
    "cio_contract": ("bool", False, "check every test, as with --cio-contract"),
    "cio_region": (None, "", "where the workspace is: us or eu"),
    "cio_schemas": ("paths", [], "folders with contracts of your own"),
    "cio_plan": ("paths", [], "the folder of the tracking plan: schemas of your events, attributes and messages"),
    "cio_cassettes": ("paths", [], "folders with cassettes of your own"),
    "cio_allow": ("linelist", [], "rules that may be broken: RULE [WHERE] [case=CASE] [operation=OPERATION]: reason"),
    "cio_hosts": ("linelist", [], "further base URLs that lead to Customer.io"),
    "cio_fail_under": ("float", None, "the minimum of errors met, in percent, as with --cio-fail-under"),
    "cio_baseline": (None, "", "the file of known violations, as with --cio-baseline"),
}
# The value of an option that is not given. One with an empty text is given, and is a usage error.
ABSENT: tuple[Any, ...] = (None, False, [])
FIXTURES = ("cio", "cio_error", "cio_responses")
# What the report of a test has where a worker of pytest-xdist checked it.
CARRIED = frozenset({"cio", "cio_allowances", "cio_cause", "cio_compared", "cio_recorded"})
MARKS = {
    "cio_contract": "check every request of this test to Customer.io against its contract.",
    "cio_errors(*cases, operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)": (
        "run this test once for each error that Customer.io or the network can answer."
    ),
    "cio_allow(rule, where=None, case=None, operation=None, reason=...)": "this rule may be broken here.",
}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options and ini settings."""
    _let_python_load_us(pluginmanager)
    group = parser.getgroup("customer.io", "Customer.io contract")
    for name, (text, more) in OPTIONS.items():
        group.addoption(name, help=text, **more)
    for name, (kind, default, text) in INI.items():
        parser.addini(name, text, type=kind, default=default)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """With the gate, install everything before a `conftest.py`, Django's settings or another plugin may send.

    The controller of pytest-xdist does so too: it imports every `conftest.py`, and calls hooks of its own.
    Once the first `conftest.py` files have declared their options, an unknown one that begins as ours do is refused.
    """
    given = vars(early_config.known_args_namespace)
    if any(given.get(_dest(name)) not in ABSENT for name in OPTIONS) or _ini(early_config, "cio_contract"):
        from pytest_customerio.process.collector import paused

        try:
            with paused():
                _run(early_config, given).open()
        except pytest.UsageError:  # `--help` is there for those who made a mistake
            if not (given["help"] or given["version"]):
                raise
    result = yield
    unknown = any(one.startswith("--cio") and one.partition("=")[0] not in OPTIONS for one in args)
    if unknown and not (given["help"] or given["version"]):
        from pytest_customerio.running.options import refuse_options

        refuse_options(parser, args, OPTIONS)
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; read the settings if an option or the ini activates the plugin."""
    for mark, text in MARKS.items():
        config.addinivalue_line("markers", f"{mark}: {text}")
    config.pluginmanager.register(_Reports(config), "customerio-reports")
    if unknown := [name for name in _ini_names(config) if name.startswith("cio") and name not in INI]:
        from pytest_customerio.running.options import refuse_ini

        refuse_ini(config, unknown, INI)
    if any(config.getoption(name) not in ABSENT for name in OPTIONS) or any(_ini(config, n) for n in INI):
        _run(config).confirm()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item per case of a `cio_errors` test."""
    if mark := metafunc.definition.get_closest_marker("cio_errors"):
        _run(metafunc.config).planning.parametrize(metafunc, mark)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Make one item per case of a `cio_errors` method of a unittest.TestCase."""
    report = yield
    # `nofuncargs` is set for unittest.TestCase only.
    if getattr(collector, "nofuncargs", False) and any(one.get_closest_marker("cio_errors") for one in report.result):
        from pytest_customerio.running.planning.unittest import expand

        expand(report, _run(collector.config).planning.cases)
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Check the marks before any test runs."""
    if _started(config) or any(_concerned(item) for item in items):
        _run(config).plan(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Install what is needed, before any test activates a mock, and watch the tests (`running/phases.py`)."""
    if (
        (run := _started(session.config))
        and run.planning.wanted
        and not session.config.getoption("collectonly", default=False)
    ):
        run.open()
        run.watch()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
    """Let pytest show the items of one function that fail for one cause together."""
    run = _started(terminalreporter.config)
    if run is None:
        return (yield)
    run.blocks.fold(terminalreporter.stats)
    try:
        return (yield)
    finally:
        run.blocks.unfold(terminalreporter.stats)


@pytest.fixture
def cio(request: pytest.FixtureRequest) -> Cio:
    """What the test sent to Customer.io, and what became of the payload that met an error."""
    from pytest_customerio.running.run import fixtures

    return fixtures.cio(_run(request.config))


@pytest.fixture
def cio_error(request: pytest.FixtureRequest) -> ErrorCase | None:
    """The error case that a `cio_errors` test runs in; None in any other test."""
    from pytest_customerio.running.run import fixtures

    return fixtures.cio_error(_run(request.config))


@pytest.fixture
def cio_responses(request: pytest.FixtureRequest) -> Iterator[responses.RequestsMock]:
    """A `responses.RequestsMock` with Customer.io's documented success answers; add answers of your own."""
    from pytest_customerio.running.run import fixtures

    with fixtures.cio_responses(_run(request.config)) as mock:
        yield mock


@pytest.fixture(scope="session")
def _cio_sandbox(request: pytest.FixtureRequest) -> Iterator[Callable[[], Sandbox]]:
    try:
        from pytest_customerio.tools.sandbox.fixture import started
    except ModuleNotFoundError as error:
        pytest.fail(f"cio_sandbox: pip install 'pytest-customerio[sandbox]' ({error.name} is missing)", pytrace=False)
    run = _started(request.config)
    with started(*((run.settings.schemas, run.settings.plan) if run else ())) as fresh:
        yield fresh


@pytest.fixture
def cio_sandbox(request: pytest.FixtureRequest, _cio_sandbox: Callable[[], Sandbox]) -> Sandbox:
    """A local Customer.io for applications in any process and language; it is empty when a test begins."""
    sandbox = _cio_sandbox()
    if run := _started(request.config):
        run.note_sandbox(sandbox.judged)
    return sandbox


class _Reports:
    """Collects what the tests' reports carry, in the process that prints; with xdist other processes run the tests.

    It has the hooks that the module has already, for another time or place.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the verdicts in a test's report, also if a worker ran the test; shorten it before others show it."""
        run = _started(self.config)
        if run is None and not CARRIED.isdisjoint(vars(report)):
            run = _run(self.config)
        if run is not None:
            run.received.report(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note all tests, before any is deselected: what does not run draws nothing of the baseline."""
        if (run := _started(self.config)) and run.baseline:
            run.baseline.collect(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist what tests sent in the last run: all workers have to collect the same items."""
        cache = getattr(self.config, "cache", None)
        if cache is not None and (known := cache.get("customerio/operations", None)):
            node.workerinput["customerio_operations"] = known

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """A worker of pytest-xdist is done: take over its usage error and its late requests."""
        from pytest_customerio.running.xdist import output_of

        if output := output_of(node):
            _run(self.config).received.worker(output)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report files."""
        if run := _started(self.config):
            run.finish(session)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
        """Print the summary at the end. Other plugins see the reports as they are."""
        run = _started(self.config)
        if run is None:
            return (yield)
        run.blocks.unfold(terminalreporter.stats)
        run.summarise(terminalreporter)
        try:
            return (yield)
        finally:
            if terminalreporter.verbosity < 1:  # with -v pytest's short summary has one line for each item
                run.blocks.fold(terminalreporter.stats, skips=self.config.getoption("fold_skipped", default=True))


def _let_python_load_us(pluginmanager: pytest.PytestPluginManager) -> None:
    # pytest rewrites the assertions of all modules of a distribution that has a plugin, and compiles each of ours anew
    # where bytecode is not written, as in most containers: a third of a second in each run. The set of their names is
    # private in pytest 8 and 9; where it is missing, loading takes longer.
    hook = getattr(pluginmanager, "rewrite_hook", None)
    getattr(hook, "_must_rewrite", set()).discard("pytest_customerio")
    getattr(hook, "_marked_for_rewrite_cache", {}).clear()


def _started(config: pytest.Config) -> Run | None:
    return config.stash.get(RUN, None)


def _run(config: pytest.Config, given: Mapping[str, Any] | None = None) -> Run:
    run = _started(config)
    if run is None:
        from pytest_customerio.running.run.run import Run

        config.stash[RUN] = run = Run(config, _new_recordings, given)
        # The first cleanup is the last to be called: what other plugins send when they end does not leave either.
        config.add_cleanup(run.close)
    return run


def _dest(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _new_recordings() -> type[NewRecordings]:
    """The class that makes the recordings of a run with --cio-record. No other run imports a module of `tools/`."""
    from pytest_customerio.tools.record.new_recordings import NewRecordings

    return NewRecordings


def _ini_names(config: pytest.Config) -> Iterable[str]:
    # The settings of the ini and of `-o`, declared or not: `inicfg` in pytest 8, `_inicfg` in pytest 9, where the first
    # name warns. Where a later pytest has neither, an unknown setting is only warned of, by pytest itself.
    known: Iterable[str] = vars(config).get("_inicfg") or vars(config).get("inicfg") or ()
    return known


def _ini(config: pytest.Config, name: str) -> bool:
    try:
        return bool(config.getini(name))
    except (TypeError, ValueError, pytest.UsageError):
        return True


def _concerned(item: pytest.Item) -> bool:
    marked = any(mark.name.startswith("cio") for mark in item.iter_markers())
    if marked or set(FIXTURES).isdisjoint(getattr(item, "fixturenames", ())):
        return marked
    from pytest_customerio.running.options import asks_for

    return any(asks_for(item, name) for name in FIXTURES)
