"""Fixtures and hooks that all tests share."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# No test connects to a host outside. Each client reads the certificate authorities anew, and reading one of them takes
# a hundredth of the time that reading all takes.
os.environ.setdefault("SSL_CERT_FILE", str(Path(__file__).with_name("data") / "authority.pem"))

# In a workflow of GitHub, inner runs would print annotations, which their output is not compared with.
os.environ.pop("GITHUB_ACTIONS", None)

# pytester removes the modules that an in-process run imported, and some C extensions cannot be imported twice. httpx2
# imports httpcore2 late, and would map the exceptions of the module that was removed. So they are imported here.
CLIENTS = ("aiohttp", "httpcore", "httpcore2", "httpx", "httpx2", "requests", "urllib3")
for name in (*CLIENTS, "jsonschema", "jsonschema_rs", "responses", "vcr", "yaml"):
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)
# Tests replace `socket.getaddrinfo`; where aiodns is installed, aiohttp would look names up by c-ares.
aiohttp_connector: Any = importlib.import_module("aiohttp.connector")
aiohttp_connector.DefaultResolver = importlib.import_module("aiohttp").ThreadedResolver
# customerio.analytics has a folder of its own. From here on it can be imported, in this process and in its inner runs.
importlib.import_module("analytics")

pytest_plugins = ["pytester"]
MEASURED = pytest.StashKey[Any]()
# Tests that share one long run, by the beginning of their node ids, with what is shared.
TOGETHER = {"tests/sdks/": "", "tests/stories/test_examples.py": "the demo", "tests/test_readme.py": "the demo"}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell the workers of xdist whether coverage is measured (`coverage run`)."""
    coverage = sys.modules.get("coverage")
    node.workerinput["measured"] = coverage is not None and coverage.Coverage.current() is not None


def pytest_configure(config: pytest.Config) -> None:
    """Start measuring in a worker, before anything of the package is imported."""
    if getattr(config, "workerinput", {}).get("measured"):
        from coverage import Coverage

        config.stash[MEASURED] = measured = Coverage(data_suffix=True)
        measured.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Save what a worker measured, because xdist ends the process before coverage would save it."""
    if measured := config.stash.get(MEASURED, None):
        measured.stop()
        measured.save()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Do not measure tests with random input: they reach other branches in each run."""
    coverage = sys.modules.get("coverage")
    running = coverage.Coverage.current() if coverage is not None else None
    if running is None or not getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        return (yield)
    running.stop()
    try:
        return (yield)
    finally:
        running.start()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give tests that share one long run to one worker."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shared = next((run for start, run in TOGETHER.items() if nodeid.startswith(start)), None)
            return nodeid if shared is None else shared or nodeid.partition("::")[0]

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the threads that other tests left, because the virtual clock looks at what all threads do."""
    look, left = sys._current_frames, set(sys._current_frames()) - {threading.get_ident()}
    monkeypatch.setattr(sys, "_current_frames", lambda: {one: at for one, at in look().items() if one not in left})
