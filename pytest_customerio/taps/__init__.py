"""Hear what leaves, and answer it where nobody else does: one file per client.

Each tap is a module with one function, `install(line, patches)`: it wraps what it needs of its client with
`patches.wrap(owner, name, make)` and asks `line.concerns(host, port)` before anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from pytest_customerio.model import Answer, Interaction, WireRequest

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


class Hearing(Protocol):
    """One request being heard: a context manager around the client's own send.

    Its `interaction` is filled by the tap; where a client sends and reads in two calls, `status` follows after the end.
    """

    interaction: Interaction

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None: ...


class Line(Protocol):
    """What a tap needs from the session."""

    @property
    def concerns(self) -> Callable[..., bool]:
        """Whether requests to this `(host, port=None)` are Customer.io's; cheap: asked for every request there is."""

    def hear(self, client: str, method: str, url: str) -> Hearing | None:
        """Begin to hear one request; None where a client above is being heard already, or nobody listens."""

    def at_connect(self) -> bool:
        """Whether the case at work breaks connections before they are made: then ask for the answer first."""

    def answer(self, request: WireRequest) -> Answer:
        """Say what comes back for one attempt; raises `RefusedError` where it may neither be answered nor leave."""


def install(line: Line) -> Callable[[], None]:
    """Tap every client that is imported, now or later; what comes back takes all of it away again."""
    import importlib
    import sys

    from pytest_customerio.taps.patching import LateImports, Patches, Switch

    switch, patches = Switch(line), Patches()

    def tap(client: str) -> None:
        importlib.import_module(f"{__name__}.{TAPS[client]}").install(switch, patches)

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
