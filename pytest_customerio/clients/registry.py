"""Installs the taps. A tap is the module of one client: it hears the client's requests, and answers where no mock does.

A tap has a function `install(traffic, patches)`, and lists in `PARTS` what it replaces in its client. It wraps these
parts with `patches.patch(part, make)`, and each wrapper asks `traffic.concerns(host, port)` first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_customerio.clients.bypass.places import Places
from pytest_customerio.clients.traffic import Traffic

# The module of a client -> the module of its tap, and the argument that says which client, where it serves several.
TAPS = {
    "http.client": ("http.http_client",),
    "httplib2": ("http.httplib2",),
    "urllib3": ("http.urllib3",),
    "requests": ("http.requests",),
    "requests_mock": ("requests_mock",),
    "responses": ("unrequested", "responses"),
    "respx": ("unrequested", "respx"),
    "pytest_httpx": ("unrequested", "pytest_httpx"),
    "vcr": ("vcr",),
    "vcr.stubs.httpx_stubs": ("vcr", "vcr.stubs.httpx_stubs"),
    "vcr.stubs.aiohttp_stubs": ("vcr", "vcr.stubs.aiohttp_stubs"),
    "httpcore": ("http.httpcore", "httpcore"),
    "httpcore2": ("http.httpcore", "httpcore2"),
    "httpx": ("http.httpx", "httpx"),
    "httpx2": ("http.httpx", "httpx2"),
    "aiohttp": ("http.aiohttp",),
    "customerio.analytics.client": ("analytics",),
}
# The methods that vcrpy stores as the originals when it is imported (vcrpy 8.2 to 9.4, `vcr/patch.py`): a mock of the
# user's that stands there at that time would be played as the real client afterwards.
STORED_BY_VCRPY = {
    "aiohttp": (("ClientSession", "_request"),),
    "httpx": (("HTTPTransport", "handle_request"), ("AsyncHTTPTransport", "handle_async_request")),
    "httpx2": (("HTTPTransport", "handle_request"), ("AsyncHTTPTransport", "handle_async_request")),
}
# What stood there when each client was tapped, just after its import: class, name and function.
_Original = tuple[Any, str, Any]


class Taps:
    """The installed taps, and the places where mocks may stand; a call takes all taps away.

    A client that the application does not import is not imported by us either.
    """

    def __init__(self, uninstall: Callable[[], None], originals: list[_Original], places: Places) -> None:
        self.places = places
        self._uninstall = uninstall
        self._originals = originals

    def __call__(self) -> None:
        self._uninstall()

    @contextmanager
    def without_mocks(self) -> Iterator[None]:
        """The clients' own functions in the place of mocks that were put there since: for the import of vcrpy."""
        there = [(owner, name, vars(owner)[name]) for owner, name, _ in self._originals]
        _put(self._originals)
        try:
            yield
        finally:
            _put(there)


def _put(functions: list[_Original]) -> None:
    for owner, name, function in functions:
        if vars(owner)[name] is not function:
            setattr(owner, name, function)


def install(traffic: Traffic) -> Taps:
    """Tap every client that is imported now, and every other one when it is imported."""
    import importlib
    import sys

    from pytest_customerio.clients.traffic import Switch
    from pytest_customerio.process.late_imports import LateImports
    from pytest_customerio.process.patching import Patches
    from pytest_customerio.process.recognition import is_stand_in

    switch, patches, places = Switch(traffic), Patches(), Places(traffic.concerns)
    originals: list[_Original] = []

    def tap(client: str) -> None:
        for kind, method in STORED_BY_VCRPY.get(client, ()):
            owner = getattr(sys.modules[client], kind, None)
            if owner is not None and method in vars(owner):
                originals.append((owner, method, vars(owner)[method]))
        name, *which = TAPS[client]
        importlib.import_module(f"pytest_customerio.clients.{name}").install(switch, patches, *which)
        places.learn(client)

    # A mock in the place of a whole client is no client: the real one may still be imported beside it.
    there = [name for name in TAPS if name in sys.modules and not is_stand_in(sys.modules[name])]
    late = LateImports(set(TAPS).difference(there), tap)
    sys.meta_path.insert(0, late)
    for client in there:
        tap(client)

    def uninstall() -> None:
        switch.turn_off()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
        patches.undo()

    return Taps(uninstall, originals, places)
