"""Hears Customer.io's SDKs, and the clients beneath them, through `unittest.mock`, its backport `mock`, and fakes.

A mock that stands for a class or function of theirs is called as ever. What it was called with is noted, and judged
when the test's call phase is over. The modules of this folder are loaded when one of the SDKs was imported, or one of
the clients and `unittest.mock` or its backport: before that there is nothing that they could hear.
"""

SDKS = ("customerio", "customerio.analytics", "async_customerio")
CLIENTS = ("requests", "httpx", "httpx2", "urllib3", "urllib.request", "http.client", "aiohttp")
# What may stand in `sys.modules` for a library, or for a module of one that applications import from.
MODULES = (*SDKS, "customerio.api", "customerio.track", *CLIENTS)
