"""A session and its tests, without a pytest run; and a run with its collected tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ended_runs import PLUGIN

from pytest_customerio import plugin, running
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.settings import Settings
from pytest_customerio.plugin import RUN
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.planning.plan import Plan
from pytest_customerio.running.run.run import Run
from pytest_customerio.running.session import Session

EVENTS = "https://track.customer.io/api/v1/customers/42/events"
AUTH = "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0"


@pytest.fixture(scope="session")
def loaded() -> Session:
    """A session whose data is loaded once for all tests."""
    return Session(Settings(contract=True))


@pytest.fixture
def fresh(loaded: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Session]:
    """Make sessions of their own, with the data that is loaded already."""
    monkeypatch.setattr(running.session, "Cassettes", lambda *_: loaded.cassettes)
    monkeypatch.setattr(running.session, "Contract", lambda *_: loaded.contract)
    monkeypatch.setattr(Catalog, "load", lambda **_: loaded.catalog)
    return lambda **given: Session(Settings(**{"contract": True, "rootdir": tmp_path, **given}))


@pytest.fixture
def session(fresh: Callable[..., Session]) -> Iterator[Session]:
    """A session that checks every test; nothing is installed."""
    made = fresh()
    yield made
    made.end()


@pytest.fixture
def begun(session: Session) -> Callable[..., CheckedTest]:
    """Begin a checked test; the previous one ends."""

    def begin(nodeid: str = "test_app.py::test_buy", **plan: Any) -> CheckedTest:
        session.end()
        return session.begin(Plan(nodeid, **{"checked": True, **plan}))

    return begin


@pytest.fixture
def send(session: Session) -> Callable[..., Answer]:
    """Send an event with a client that no tap hears."""

    def event(body: bytes = b'{"name": "buy"}', url: str = EVENTS, method: str = "POST") -> Answer:
        headers = {"content-type": "application/json", "authorization": AUTH}
        return session._traffic.answer(WireRequest(method, url, headers, body))

    return event


@pytest.fixture
def run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, fresh: Callable[..., Session]
) -> Callable[..., Run]:
    """Make the run of a command line."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def made(*args: str) -> Run:
        config = pytester.parseconfigure(*PLUGIN, *args)
        config.stash[RUN] = config.stash.get(RUN, None) or Run(config, plugin._new_recordings)
        return config.stash[RUN]

    return made


@pytest.fixture
def planned(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, fresh: Callable[..., Session]
) -> Callable[..., tuple[Run, list[pytest.Item]]]:
    """Collect these tests, and plan them."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def made(tests: str, *, everywhere: bool = False, worker: bool = False) -> tuple[Run, list[pytest.Item]]:
        module = pytester.getmodulecol(tests, configargs=PLUGIN)
        module.config.option.cio_contract = everywhere
        if worker:
            module.config.workerinput, module.config.workeroutput = {}, {}
        found = module.config.stash[RUN] = module.config.stash.get(RUN, None) or Run(
            module.config, plugin._new_recordings
        )
        items = pytester.genitems([module])
        found.plan(items)
        return found, items

    return made
