"""Shared by all tests."""

from __future__ import annotations

import importlib.util

# pytester's in-process runs forget every module that they imported; C extensions do not like to be imported twice.
for name in ("aiohttp", "httpx", "httpx2", "jsonschema", "jsonschema_rs", "requests", "responses", "vcr", "yaml"):
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)

pytest_plugins = ["pytester"]
