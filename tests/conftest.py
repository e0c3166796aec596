"""Shared by all tests."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Nobody speaks TLS to the world here: reading one authority takes a hundredth of the time that reading all takes, and
# every client reads them anew.
os.environ.setdefault("SSL_CERT_FILE", str(Path(__file__).with_name("data") / "authority.pem"))

# pytester's in-process runs forget every module that they imported; C extensions do not like to be imported twice.
# httpx2 imports its httpcore2 late, and would map the exceptions of the one that was forgotten.
CLIENTS = ("aiohttp", "httpcore", "httpcore2", "httpx", "httpx2", "requests", "urllib3")
for name in (*CLIENTS, "jsonschema", "jsonschema_rs", "responses", "vcr", "yaml"):
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)
# customerio.analytics has a folder of its own. From here on it can be imported, in this process and in its inner runs.
importlib.import_module("analytics")

pytest_plugins = ["pytester"]
MEASURED = pytest.StashKey[Any]()
TOGETHER = "tests/sdks/"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Workers of xdist are measured where their run is (`coverage run`)."""
    coverage = sys.modules.get("coverage")
    node.workerinput["measured"] = coverage is not None and coverage.Coverage.current() is not None


def pytest_configure(config: pytest.Config) -> None:
    """A worker begins to measure before anything of the package is imported."""
    if getattr(config, "workerinput", {}).get("measured"):
        from coverage import Coverage

        config.stash[MEASURED] = measured = Coverage(data_suffix=True)
        measured.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """A worker is ended, it does not end by itself: what it measured is saved here."""
    if measured := config.stash.get(MEASURED, None):
        measured.stop()
        measured.save()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What random input happens to reach is no measure: only examples are measured, which are the same in each run."""
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
    """Tests of one file that share a long run are one worker's, so that it is made once; all others are anybody's."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0] if nodeid.startswith(TOGETHER) else nodeid

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that other tests and their libraries left behind are not there: the clock looks at what threads do."""
    look, left = sys._current_frames, set(sys._current_frames()) - {threading.get_ident()}
    monkeypatch.setattr(sys, "_current_frames", lambda: {one: at for one, at in look().items() if one not in left})
