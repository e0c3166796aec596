"""Installs the taps. A tap is the module of one client: it hears the client's requests, and answers where no mock does.

A tap has a function `install(traffic, patches)`, and lists in `PARTS` what it replaces in its client. It wraps these
parts with `patches.patch(part, make)`, and each wrapper asks `traffic.concerns(host, port)` first.
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_customerio.clients.traffic import Traffic

# The module of a client -> the module of its tap, and the argument that says which client, where it serves several.
TAPS = {
    "http.client": ("http_client",),
    "urllib3": ("urllib3",),
    "requests": ("requests",),
    "requests_mock": ("requests_mock",),
    "vcr": ("vcr",),
    "vcr.stubs.httpx_stubs": ("vcr", "vcr.stubs.httpx_stubs"),
    "vcr.stubs.aiohttp_stubs": ("vcr", "vcr.stubs.aiohttp_stubs"),
    "httpcore": ("httpcore", "httpcore"),
    "httpcore2": ("httpcore", "httpcore2"),
    "httpx": ("httpx", "httpx"),
    "httpx2": ("httpx", "httpx2"),
    "aiohttp": ("aiohttp",),
    "customerio.analytics.client": ("analytics",),
}


def install(traffic: Traffic) -> Callable[[], None]:
    """Tap every client that is imported now, and every other one when it is imported; returns what takes it all away.

    A client that the application does not import is not imported by us either.
    """
    import importlib
    import sys

    from pytest_customerio.clients.traffic import Switch
    from pytest_customerio.process.late_imports import LateImports
    from pytest_customerio.process.patching import Patches

    switch, patches = Switch(traffic), Patches()

    def tap(client: str) -> None:
        name, *which = TAPS[client]
        importlib.import_module(f"pytest_customerio.clients.{name}").install(switch, patches, *which)

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
