"""What the application tells an operator of an error is observed."""

from __future__ import annotations

from typing import Any

import pytest
import sentry_sdk
from opentelemetry import trace

from pytest_customerio.process.output.output import Watch

ERROR = ValueError("lost")


def span() -> Any:
    """What OpenTelemetry gives to an application without its SDK."""
    return trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT)


@pytest.mark.parametrize(
    ("tell", "library"),
    [
        (lambda: sentry_sdk.capture_exception(ERROR), "sentry_sdk"),
        (lambda: sentry_sdk.capture_message("lost"), "sentry_sdk"),
        (lambda: span().record_exception(ERROR), "opentelemetry"),
    ],
)
def test_an_operator_is_told(tell: Any, library: str) -> None:
    """It counts after the error, where the application does it."""
    found = []
    for met, own in ((True, True), (False, True), (True, False)):
        with Watch(lambda file: own and file == __file__) as watch:
            watch.error_met = met
            tell()
        found.append((watch.printed_failure, watch.printed_by, [name for name, _ in watch.reports]))
        assert {str(what) for _, what in watch.reports} <= {"lost"}
    assert found == [(True, library, [library]), (False, "", []), (False, "", [])]


def test_a_span_that_records_by_itself() -> None:
    """OpenTelemetry records what leaves the `with` block of a span; the application did not handle it."""
    with Watch(lambda file: file == __file__) as watch:
        watch.error_met = True
        made = span()
        exec("def leave(span, error): span.record_exception(error)", vars(trace))
        vars(trace).pop("leave")(made, ERROR)
    assert (watch.printed_failure, watch.printed_by) == (False, "")
