"""Sends at every moment that pytest offers, from the import of this file to the end of the interpreter."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterable

import attempts
import pytest
import senders

# The moments that both the controller of pytest-xdist and its workers have are told apart.
FEW = ("requests", "httpx", "aiohttp", "http_client", "socket", "known_address", "tunnel")
WHERE = "worker" if "PYTEST_XDIST_WORKER" in os.environ else "controller" if os.environ.get("LEAVING_XDIST") else ""


def at(moment: str, names: Iterable[str] | None = None) -> None:
    """Send at this moment."""
    # xdist ends a worker a few seconds after its last test, so that only a few send then.
    few = WHERE == "worker" and moment.startswith("late")
    chosen = senders.names() if names is None else names
    attempts.everything(f"{moment} {WHERE}".strip(), [name for name in chosen if not few or name in FEW])


def at_exit(moment: str) -> None:
    """Send when the interpreter ends."""
    at(moment, senders.at_exit())


at("early: import of conftest.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    at("early: pytest_addoption")


def pytest_cmdline_main(config: pytest.Config) -> None:
    at("early: pytest_cmdline_main")


def pytest_configure(config: pytest.Config) -> None:
    at("early: pytest_configure")
    config.add_cleanup(lambda: at("late: config.add_cleanup"))


def pytest_sessionstart(session: pytest.Session) -> None:
    at("early: pytest_sessionstart")


def pytest_report_header(config: pytest.Config) -> None:
    at("early: pytest_report_header")


def pytest_collection(session: pytest.Session) -> None:
    at("early: pytest_collection")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    at("early: pytest_collection_modifyitems")


def pytest_runtest_logstart(nodeid: str) -> None:
    if nodeid.endswith("test_plain"):
        at("beside: pytest_runtest_logstart")


def pytest_runtest_logfinish(nodeid: str) -> None:
    if nodeid.endswith("test_plain"):
        at("beside: pytest_runtest_logfinish")


def pytest_sessionfinish(session: pytest.Session) -> None:
    at("late: pytest_sessionfinish")


def pytest_terminal_summary(terminalreporter: object) -> None:
    at("late: pytest_terminal_summary")


def pytest_unconfigure(config: pytest.Config) -> None:
    at("late: pytest_unconfigure")


@pytest.fixture(scope="session")
def whole_run() -> object:
    """Sends when the first test that names it begins, and when the last test has ended."""
    at("beside: setup of a session fixture")
    yield
    at("beside: teardown of a session fixture")


# A thread that a test starts, and that sends when the interpreter ends.
LEFT: list[threading.Thread] = []
ENDING = threading.Event()


def last() -> None:
    """The interpreter ends."""
    at_exit("late: atexit")
    ENDING.set()
    for thread in LEFT:
        thread.join()
    thread = threading.Thread(target=at_exit, args=("late: thread of atexit",))
    thread.start()
    thread.join()


atexit.register(last)
