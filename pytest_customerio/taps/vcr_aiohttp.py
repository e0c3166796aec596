"""Know when vcrpy records aiohttp."""

from __future__ import annotations

import importlib
from typing import Any

from pytest_customerio.taps import Line
from pytest_customerio.taps.patching import Patches, Wrapper
from pytest_customerio.taps.recording import recorded


def install(line: Line, patches: Patches) -> None:
    """Watch what the cassettes that are opened from now on send with."""
    patches.wrap(importlib.import_module("vcr.stubs.aiohttp_stubs"), "vcr_request", _request)


def _request(original: Wrapper) -> Wrapper:
    def vcr_request(cassette: Any, real: Wrapper) -> Any:
        return original(cassette, recorded(real))

    return vcr_request
