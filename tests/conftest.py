"""Shared by all tests."""

from __future__ import annotations

import importlib.util
import sys
import threading

import pytest

# pytester's in-process runs forget every module that they imported; C extensions do not like to be imported twice.
# httpx2 imports its httpcore2 late, and would map the exceptions of the one that was forgotten.
CLIENTS = ("aiohttp", "httpcore", "httpcore2", "httpx", "httpx2", "requests", "urllib3")
for name in (*CLIENTS, "jsonschema", "jsonschema_rs", "responses", "vcr", "yaml"):
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)

pytest_plugins = ["pytester"]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that other tests and their libraries left behind are not there: the clock looks at what threads do."""
    look, left = sys._current_frames, set(sys._current_frames()) - {threading.get_ident()}
    monkeypatch.setattr(sys, "_current_frames", lambda: {one: at for one, at in look().items() if one not in left})
