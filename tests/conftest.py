"""Fixtures and hooks that all tests share."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples in each run, whatever the load of the machine: a run is red only for what was changed. The weekly
# workflow draws others.
settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("weekly", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

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

pytest_plugins = ["pytester", "measuring", "distributing"]


def pytest_collection_finish() -> None:
    """What exists when the tests begin stays until the end. So no garbage collection has to look at it.

    Inner runs cause many full collections. Without this, a quarter of the time of such tests is spent in the collector.
    Hypothesis looks for what refers to random numbers when it is imported and when it first runs, and finds nothing that
    is frozen: so both happen here. Full collections are rarer than usual, because what an inner run leaves costs the same whenever
    it is removed.
    """
    hypothesis: Any = importlib.import_module("hypothesis")
    first = hypothesis.given(hypothesis.strategies.none())(lambda _: None)
    hypothesis.settings(max_examples=1, database=None)(first)()
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 30)
    pytest.Pytester.parseconfig = _without_a_collection  # type: ignore[method-assign]


PARSECONFIG = pytest.Pytester.parseconfig
# Private in pytest, since 9.0. Without it, full collections take most of the time of a hundred tests.
COLLECTIONS = getattr(importlib.import_module("_pytest.unraisableexception"), "gc_collect_iterations_key", None)


def _without_a_collection(self: pytest.Pytester, *args: Any) -> pytest.Config:
    """The configuration, whose end causes no full collection of garbage: pytester does the same for inner runs."""
    config = PARSECONFIG(self, *args)
    if COLLECTIONS is not None:
        config.stash[COLLECTIONS] = 0
    return config


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the threads that other tests left, because the virtual clock looks at what all threads do.

    `current_frames`, because `sys._current_frames` alone hangs now and then on Python 3.11.
    """
    from pytest_customerio.process.ownership.frames import current_frames

    look, left = sys._current_frames, set(current_frames()) - {threading.get_ident()}
    monkeypatch.setattr(sys, "_current_frames", lambda: {one: at for one, at in look().items() if one not in left})
