"""Watches the look-ups, connections and TLS handshakes that CPython's audit events do not show: those of `watched`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.parts import (
    AIOHTTP,
    CURL_CFFI,
    DNSPYTHON,
    GEVENT,
    HTTPCORE,
    HTTPCORE2,
    PRIMP,
    PYCARES,
    PYCURL,
    PYREQWEST,
    PYSOCKS,
    PYTHON,
    PYTHON_SOCKS,
    RNET,
    TLS_CLIENT,
    UVLOOP,
    WEBSOCKET_CLIENT,
    WEBSOCKETS,
    WREQ,
    Part,
)
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.watched import LOOKED_UP, SENT, Place, checked

if TYPE_CHECKING:
    from pytest_customerio.process.watched import Check

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

_LIBRARIES = {
    "ssl": PYTHON,
    "http": PYTHON,
    "uvloop": UVLOOP,
    "gevent": GEVENT,
    "pycares": PYCARES,
    "dns": DNSPYTHON,
    "httpcore": HTTPCORE,
    "httpcore2": HTTPCORE2,
    "aiohttp": AIOHTTP,
    "python_socks": PYTHON_SOCKS,
    "socks": PYSOCKS,
    "websocket": WEBSOCKET_CLIENT,
    "websockets": WEBSOCKETS,
    "pycurl": PYCURL,
    "curl_cffi": CURL_CFFI,
    "tls_client": TLS_CLIENT,
    "primp": PRIMP,
    "rnet": RNET,
    "wreq": WREQ,
    "pyreqwest": PYREQWEST,
}
_LATER = "a request that no tap answers may leave"
_AFTERWARDS = "a request through a proxy may leave after the run"


def _part(place: Place, why: str, without: str) -> Part:
    library = _LIBRARIES[place.module.partition(".")[0]]
    return Part(library, place.module, place.path, why, without, optional=True)


WATCHED = {
    **{place: _part(place, "what leaves past the audit events", _LATER) for place in LOOKED_UP},
    **{place: _part(place, "what is sent after the run", _AFTERWARDS) for place in SENT},
}
PARTS = tuple(WATCHED.values())


def watch(check: Check, places: Iterable[Place] = LOOKED_UP) -> Callable[[], None]:
    """Call `check(host, port)`, which may raise, before each call of these functions.

    Returns what ends it.
    """
    patches, watched = Patches(), tuple(places)

    def install(module: str) -> None:
        for place in watched:
            if place.module == module:
                patches.patch(WATCHED[place], lambda original, where=place.where: checked(original, where, check))  # type: ignore[misc]

    modules = {place.module for place in watched}
    late = LateImports({name for name in modules if name not in sys.modules}, install)
    sys.meta_path.insert(0, late)
    for name in modules & set(sys.modules):
        install(name)

    def end() -> None:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not late]
        patches.undo()

    return end
