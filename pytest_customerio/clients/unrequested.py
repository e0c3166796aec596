"""responses, respx, pytest-httpx: an answer that nobody requested is no failure where the test met an error case.

An application that handles an error may leave out what it does after a success. Each of these libraries checks when its
mock ends that all of its answers were requested; that check is left out where an error was met, and kept elsewhere.
"""

from __future__ import annotations

from typing import Any

from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.parts import PYTEST_HTTPX, RESPONSES, RESPX, Library, Part
from pytest_customerio.process.patching import Patches, Wrapper


def _part(library: Library, module: str, path: str, needs: str = "") -> Part:
    why = "a test that met an error case may leave answers unrequested"
    return Part(library, module, path, why, "such a test fails", needs=needs)


STOPS = {
    "responses": _part(RESPONSES, "responses", "RequestsMock.stop"),
    "respx": _part(RESPX, "respx.router", "MockRouter.stop", "respx"),
    "pytest_httpx": _part(PYTEST_HTTPX, "pytest_httpx", "HTTPXMock._assert_options"),
}
PARTS = tuple(STOPS.values())


def install(traffic: Traffic, patches: Patches, library: str) -> None:
    """Tap one of these libraries."""
    make = {"responses": _responses, "respx": _respx, "pytest_httpx": _pytest_httpx}[library]
    patches.patch(STOPS[library], lambda original: make(traffic, original))


def _responses(traffic: Traffic, original: Wrapper) -> Wrapper:
    def stop(mock: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if traffic.error_met():
            return original(mock, allow_assert=False)
        return original(mock, *args, **kwargs)

    return stop


def _respx(traffic: Traffic, original: Wrapper) -> Wrapper:
    def stop(router: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if traffic.error_met():
            return original(router, *args[:2], **{**kwargs, "quiet": True})
        return original(router, *args, **kwargs)

    return stop


def _pytest_httpx(traffic: Traffic, original: Wrapper) -> Wrapper:
    # `_assert_options` and `_callbacks` are private (pytest-httpx 0.32 to 0.36): the check at the end of the fixture,
    # and the answers. Requests that no answer was registered for fail the test as ever.
    def assert_options(mock: Any) -> None:
        __tracebackhide__ = True
        if traffic.error_met():
            mock._callbacks.clear()
        original(mock)

    return assert_options
