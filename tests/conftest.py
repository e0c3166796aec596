"""Shared by all tests."""

from __future__ import annotations

import importlib.util

# pytester's in-process runs forget every module that they imported; C extensions do not like to be imported twice.
# httpx2 imports its httpcore2 late, and would map the exceptions of the one that was forgotten.
CLIENTS = ("aiohttp", "httpcore", "httpcore2", "httpx", "httpx2", "requests", "urllib3")
for name in (*CLIENTS, "jsonschema", "jsonschema_rs", "responses", "vcr", "yaml"):
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)

pytest_plugins = ["pytester"]
