"""A session and its tests, without a pytest run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio import running
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.settings import Settings
from pytest_customerio.running.session import Session
from pytest_customerio.running.test import CheckedTest, Plan

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
