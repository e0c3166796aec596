"""Knows how an application tells an operator of an exception: Sentry, and the spans of OpenTelemetry.

It is as much as a log record. OpenTelemetry also records by itself what leaves a span; that is not counted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pytest_customerio.process.parts import OPENTELEMETRY, SENTRY, Library, Part


def _part(library: Library, module: str, path: str) -> Part:
    why, without = "that the application tells an operator of an error", "it does not count as logged"
    return Part(library, module, path, why, without, optional=True)


PARTS = (
    _part(SENTRY, "sentry_sdk.scope", "Scope.capture_exception"),
    _part(SENTRY, "sentry_sdk.scope", "Scope.capture_message"),
    _part(OPENTELEMETRY, "opentelemetry.trace", "NonRecordingSpan.record_exception"),
    _part(OPENTELEMETRY, "opentelemetry.sdk.trace", "Span.record_exception"),
)


def heard(original: Callable[..., Any], note: Callable[[str, object], None]) -> Callable[..., Any]:
    """Wrap a method that tells an operator of an error: `note` is called with the name of the library, and with the
    exception or message, first.
    """

    def tell(sender: Any, *args: Any, **kwargs: Any) -> Any:
        library = type(sender).__module__.partition(".")[0]
        caller = str(sys._getframe(1).f_globals.get("__name__")).partition(".")[0]
        if caller != "opentelemetry":
            note(library, next(iter((*args, *kwargs.values())), None) or sys.exception())
        return original(sender, *args, **kwargs)

    return tell
