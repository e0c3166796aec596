"""Hear what leaves, and answer it where nobody else does: one file per client.

Each tap is a module with one function, `install(traffic, patches)`: it wraps what it needs of its client with
`patches.wrap(owner, name, make)` and asks `traffic.concerns(host, port)` before anything else.
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_customerio.clients.traffic import Traffic

# The module of a client -> its tap. A client that is not imported yet is tapped when it is.
TAPS = {
    "http.client": "http_client",
    "urllib3": "urllib3",
    "requests": "requests",
    "requests_mock": "requests_mock",
    "vcr": "vcr",
    "vcr.stubs.httpx_stubs": "vcr_httpx",
    "vcr.stubs.aiohttp_stubs": "vcr_aiohttp",
    "httpcore": "httpcore",
    "httpcore2": "httpcore2",
    "httpx": "httpx",
    "httpx2": "httpx2",
    "aiohttp": "aiohttp",
    "customerio.analytics.client": "analytics",
}


def install(traffic: Traffic) -> Callable[[], None]:
    """Tap every client that is imported, now or later; what comes back takes all of it away again."""
    import importlib
    import sys

    from pytest_customerio.clients.traffic import Switch
    from pytest_customerio.process.late_imports import LateImports
    from pytest_customerio.process.patching import Patches

    switch, patches = Switch(traffic), Patches()

    def tap(client: str) -> None:
        importlib.import_module(f"pytest_customerio.clients.{TAPS[client]}").install(switch, patches)

    late = LateImports({client for client in TAPS if client not in sys.modules}, tap)
    sys.meta_path.insert(0, late)
    for client in TAPS:
        if client in sys.modules:
            tap(client)

    def uninstall() -> None:
        switch.turn_off()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
        patches.undo()

    return uninstall
