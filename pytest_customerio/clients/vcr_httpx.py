"""Know when vcrpy records httpx or httpx2."""

from __future__ import annotations

import importlib
from typing import Any

from pytest_customerio.clients.recording import recorded
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.patching import Patches, Wrapper


def install(traffic: Traffic, patches: Patches) -> None:
    """Watch both ways to send of vcrpy's stubs for httpx."""
    stubs = importlib.import_module("vcr.stubs.httpx_stubs")
    for name in ("_vcr_handle_request", "_vcr_handle_async_request"):
        patches.wrap(stubs, name, _handle)


def _handle(original: Wrapper) -> Wrapper:
    def handle(cassette: Any, real: Wrapper, *args: Any) -> Any:
        __tracebackhide__ = True
        return original(cassette, recorded(real), *args)

    return handle
