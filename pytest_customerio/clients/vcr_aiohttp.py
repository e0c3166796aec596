"""Know when vcrpy records aiohttp."""

from __future__ import annotations

import importlib
from typing import Any

from pytest_customerio.clients.recording import recorded
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.patching import Patches, Wrapper


def install(traffic: Traffic, patches: Patches) -> None:
    """Watch what the cassettes that are opened from now on send with."""
    patches.wrap(importlib.import_module("vcr.stubs.aiohttp_stubs"), "vcr_request", _request)


def _request(original: Wrapper) -> Wrapper:
    def vcr_request(cassette: Any, real: Wrapper) -> Any:
        return original(cassette, recorded(real))

    return vcr_request
